"""How many cells of the matrix there were, how many were to be served, and which differed from the model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Result:
    """How many cells there were, how many of them were to be served, and which differed."""

    cells: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, route: str, where: str, *, served: bool, allowed: bool, problem: str = "") -> None:
        self.cells[route] += 1
        self.allowed[route] += allowed
        if served != allowed:
            problem = f"{'served' if served else 'refused'} against the model. {problem}"
        if problem:
            self.wrong.append(f"{route} {where}: {problem}")
