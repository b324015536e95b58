"""Mutation run over the modules that decide: every mutant must be noticed or be proved equal.

Run by hand: python -m tests.mutation.run [module ...]. Killers: the worked examples, broken questions, and
the reference model's answers to random questions, worked out once. What may survive stands with its proof in
tests/mutation/survivors.py.
"""

from __future__ import annotations

import ast
import signal
import sys
import types
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from consent.decision import decide as real_decide
from consent.verdict import Decision
from tests.mutation.broken import broken_questions
from tests.mutation.mutants import mutants
from tests.mutation.survivors import SURVIVORS
from tests.reference.compare import as_full
from tests.reference.model import reference
from tests.worked_table import examples
from tests.worlds_parts import cases

#: In the order in which they import each other.
MODULES = ("question", "grants", "limits", "names", "decision")
ROOT = Path(__file__).resolve().parents[2] / "consent"
Decide = Callable[[Any, Any, Any, datetime], Decision]
Question = tuple[Any, Any, Any, datetime]


class TooSlow(Exception):
    """A mutant does not end; that is noticed as well as a wrong answer."""


class Killers:
    """Questions with the answers that are right; the quickest first."""

    def __init__(self, seed: int, count: int) -> None:
        """Work out the right answers once: by the table, by hand, and by the reference model."""
        self.questions: list[Question] = []
        self.answers: list[object] = []
        for example in examples():
            self._add((example.viewer, example.action, example.part, example.at), None)
        for question in broken_questions():
            self._add(question, None)
        for question in islice(cases(Random(seed)), count):
            self._add(question, reference(*question))

    def notice(self, decide: Decide) -> bool:
        """True if any answer is wrong."""
        for question, answer in zip(self.questions, self.answers, strict=True):
            if as_full(decide(*question)) != answer:
                return True
        return False

    def _add(self, question: Question, answer: object) -> None:
        self.questions.append(question)
        self.answers.append(as_full(real_decide(*question)) if answer is None else answer)


def survivors(module: str, killers: Killers) -> Iterator[str]:
    """Descriptions of the mutants of one module that no killer notices; "" for each that is noticed."""
    source = (ROOT / f"{module}.py").read_text(encoding="utf-8")
    lines = source.splitlines()
    for line, change, tree in mutants(source):
        yield "" if _noticed(module, tree, killers) else f"{module}.py: {lines[line - 1].strip()}: {change}"


def _noticed(module: str, tree: ast.Module, killers: Killers) -> bool:
    previous = signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(20)
    try:
        return killers.notice(_with_mutant(module, tree))
    except Exception:  # noqa: BLE001  # a mutant that does not even run is noticed
        return True
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def _too_slow(*_: object) -> None:
    raise TooSlow


def _with_mutant(module: str, tree: ast.Module) -> Decide:
    """decide() as it is when `module` is replaced by the mutant; the real modules stay as they are."""
    saved = {name: sys.modules[f"consent.{name}"] for name in MODULES}
    try:
        for name in MODULES[MODULES.index(module) :]:
            fresh = types.ModuleType(f"consent.{name}")
            sys.modules[f"consent.{name}"] = fresh
            source = tree if name == module else ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"))
            exec(compile(source, f"{name}.py", "exec"), fresh.__dict__)  # noqa: S102  # that is what a mutant is
        found: Decide = sys.modules["consent.decision"].__dict__["decide"]
        return found
    finally:
        for name, real in saved.items():
            sys.modules[f"consent.{name}"] = real


def main(names: list[str]) -> int:
    """Print the survivors that nobody has proved equal; the exit code is their number."""
    killers = Killers(seed=1979, count=6_000)
    alive = 0
    for module in names or MODULES:
        results = list(survivors(module, killers))
        left = [each for each in results if each and each not in SURVIVORS]
        alive += len(left)
        sys.stdout.write(f"{module}.py: {len(results)} mutants, {len(left)} survive unproved\n")
        sys.stdout.write("".join(f"  {each}\n" for each in left))
    return alive


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
