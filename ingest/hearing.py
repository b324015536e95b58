"""What all engines share: from words in a packed window to drafts in the chunk, and windows among workers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ingest.languages import Guess
from ingest.transcribe import Heard
from ingest.values import Word
from ingest.voice import Window

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """How the processor is shared: `workers` windows or batches at once, `threads` for each."""

    workers: int
    threads: int

    @classmethod
    def of_this_machine(cls) -> Cores:
        """All cores that this process may use."""
        return cls.sharing(len(os.sched_getaffinity(0)))

    @classmethod
    def sharing(cls, cores: int) -> Cores:
        """One-thread workers for up to four cores, then more threads for each: memory grows with workers."""
        workers = min(cores, 4)
        return cls(workers=workers, threads=max(1, cores // workers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an engine wrote for one window or part of one; `words` are (text, start s, end s, probability)."""

    text: str
    words: Iterable[tuple[str, float, float, float]]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float


def drafted(window: Window, guess: Guess, written: Written) -> list[Heard]:
    """One draft with its times in the chunk, or none where nothing was written."""
    words = restored(
        window,
        [
            Word(start_ms=round(start * 1000), end_ms=round(end * 1000), text=text, probability=float(p))
            for text, start, end, p in written.words
        ],
    )
    if not words:
        return []
    return [
        Heard(
            start_ms=words[0].start_ms,
            end_ms=words[-1].end_ms,
            text=written.text.strip(),
            words=words,
            avg_logprob=float(written.avg_logprob),
            no_speech_prob=float(written.no_speech_prob),
            compression_ratio=float(written.compression_ratio),
            language=guess.language,
            language_probability=guess.probability,
        )
    ]


def restored(window: Window, words: Sequence[Word]) -> tuple[Word, ...]:
    """Words with times inside a packed window, put back to where they were said in the chunk.

    Times never run backwards and a word lies whole in the stretch that holds its middle.
    """
    out: list[Word] = []
    earliest = 0
    for word in words:
        if not word.text.strip():
            continue
        start, end = window.place(word.start_ms, word.end_ms)
        start = max(start, earliest)
        end = max(end, start)
        out.append(Word(start_ms=start, end_ms=end, text=word.text.strip(), probability=word.probability))
        earliest = start
    return tuple(out)


def in_batches(windows: Sequence[T], most: int, workers: int) -> list[Sequence[T]]:
    """Windows in batches of at most `most`, as many batches for each worker, so that none waits for
    another.
    """
    rounds = -(-len(windows) // (most * workers))
    count = min(len(windows), rounds * workers)
    size, more = divmod(len(windows), count)
    out, at = [], 0
    for i in range(count):
        end = at + size + (1 if i < more else 0)
        out.append(windows[at:end])
        at = end
    return out
