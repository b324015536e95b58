"""Scripts with spaces: lower case, folding of Latin diacritics, French elisions, stems.

Only U+0300-036F and six letters are folded. Removing every combining mark, as is often done, would strip Cham
and Khmer of their vowels (docs/search.md, "Latin scripts, Cham").
"""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache
from typing import Any

import regex

from search import khmer

APOSTROPHES = "'\u2019\u02bc\u2018"
SOFT_HYPHEN = "\u00ad"
_OTHER = rf"(?![{khmer.LETTERS}])"  # a year may stand in a Khmer run without a space before or behind it
WORD = (
    rf"{_OTHER}[\p{{L}}\p{{N}}]"
    rf"(?:{_OTHER}[\p{{L}}\p{{N}}\p{{M}}{SOFT_HYPHEN}]|[{APOSTROPHES}](?={_OTHER}\p{{L}}))*"
)
"""A word as written in any script but Khmer, with apostrophes between its letters."""

STEMMED = {"en": "english", "fr": "french"}
"""Languages whose words are stemmed. A query is expanded for these and no others: adding one is a new
ANALYSIS_VERSION."""

_LETTER_FOLDS = str.maketrans({"đ": "d", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ß": "ss"})
_KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
_MARKS = regex.compile("[\u0300-\u036f]+")
_ELISION = regex.compile(
    rf"^(?:[ldjmtscn]|qu|jusqu|lorsqu|puisqu|quoiqu)[{APOSTROPHES}](?=\p{{L}}{{2}})", regex.IGNORECASE
)
_POSSESSIVE = regex.compile(rf"[{APOSTROPHES}]s$", regex.IGNORECASE)
_NOT_IN_TOKENS = regex.compile(r"[\x00-\x2f\x3a-\x60\x7b-\x7f\u2018\u2019\u02bc\u00ad]+")


class _Stemmers(threading.local):
    """Snowball stemmers of one thread: the objects are not safe to share."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def of(self, language: str) -> Any:
        if language not in self.made:
            import Stemmer

            self.made[language] = Stemmer.Stemmer(STEMMED[language])
        return self.made[language]


_stemmers = _Stemmers()


def bare(word: str) -> tuple[int, int]:
    """Where the word itself begins and ends: without a French elision before, or an English 's behind."""
    start = 0
    elided = _ELISION.match(word)
    if elided:
        start = elided.end()
    owned = _POSSESSIVE.search(word, start + 1)
    return start, owned.start() if owned else len(word)


def exact(word: str) -> str:
    """Lower case, composed (NFC), without apostrophes, Khmer digits as 0-9; diacritics stay. May be empty."""
    lowered = unicodedata.normalize("NFC", word.lower()).translate(_KHMER_DIGITS)
    return _NOT_IN_TOKENS.sub("", lowered)


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Without Latin diacritics: `đường` gives `duong`. Vowel signs of Khmer and Cham stay."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word.translate(_LETTER_FOLDS))
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed)) or word


def is_marked(word: str) -> bool:
    """Whether folding changes the word, that is, whether it was written with diacritics."""
    return fold(word) != word


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """Snowball stem of an exact word in that language, not folded; other languages: the word itself."""
    if language not in STEMMED or word.isdigit():
        return word
    return str(_stemmers.of(language).stemWord(word)) or word
