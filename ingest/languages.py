"""Which language each window of a chunk is in: every window's own guess, steadied by the whole chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.errors import LanguageNotInModel
from ingest.transcribe import SAMPLE_RATE, ModelId

SURE = 0.7  # below this a window's own guess gives way to the chunk's, and a person is asked (docs/speech.md)

# Whisper spells these in bytes, two or three tokens for a letter: Lao needs twelve times as many as
# English. Its decoder holds 448 tokens, so a window of 30 s would lose its end without a sign; 10 s fit.
_SPELLED_IN_BYTES = frozenset(
    {
        "km",
        "lo",
        "my",
        "bo",
        "si",
        "bn",
        "as",
        "hi",
        "mr",
        "ne",
        "sa",
        "gu",
        "pa",
        "kn",
        "ml",
        "ta",
        "te",
        "th",
        "am",
        "ka",
        "hy",
    }
)
_TOO_SHORT = 5 * SAMPLE_RATE


def window_s(language: str) -> int:
    """How many seconds of speech in this language an engine may hear at once."""
    return 10 if language in _SPELLED_IN_BYTES else 30


def most_tokens(language: str) -> int:
    """After how many tokens a window's text is a loop: 224 as in the reference, or all the decoder holds."""
    return 440 if language in _SPELLED_IN_BYTES else 224


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Probabilities per language code; they add up to about 1."""

    shares: Mapping[str, float]

    @classmethod
    def certain(cls, language: str) -> Guess:
        return cls(shares={language: 1.0})

    @property
    def language(self) -> str:
        return max(self.shares, key=lambda code: (self.shares[code], code))

    @property
    def probability(self) -> float:
        return self.shares[self.language]

    def ranked(self) -> list[tuple[str, float]]:
        return sorted(self.shares.items(), key=lambda item: (-item[1], item[0]))


def chosen(language: str | None, model: ModelId) -> str | None:
    """The language to write in, or None where the engine must listen for it. Raises LanguageNotInModel."""
    if not model.english_only:
        return language
    if language not in (None, "en"):
        raise LanguageNotInModel(model.name, language or "")
    return "en"


def settled(guesses: Sequence[Guess], lengths: Sequence[int]) -> list[Guess]:
    """Guesses of a chunk's windows in which the unsure and the very short ones follow the chunk.

    An interview can change its language, so a sure window keeps its own; one quiet or short window must not
    turn a paragraph into another language. `lengths` in samples weigh the windows.
    """
    total: dict[str, float] = {}
    for guess, length in zip(guesses, lengths, strict=True):
        for code, share in guess.shares.items():
            total[code] = total.get(code, 0.0) + share * length
    whole = sum(total.values()) or 1.0
    chunk = Guess(shares={code: share / whole for code, share in total.items()})
    return [
        guess if guess.probability >= SURE and length >= _TOO_SHORT else _leaning(guess, chunk)
        for guess, length in zip(guesses, lengths, strict=True)
    ]


def _leaning(guess: Guess, chunk: Guess) -> Guess:
    mixed = {code: (guess.shares.get(code, 0.0) + share) / 2 for code, share in chunk.shares.items()}
    return Guess(shares=mixed)
