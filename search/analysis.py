"""Text to tokens, the same for every engine: runs by script, Khmer words, folding, stems, offsets.

Engines are fed ready tokens and split at spaces only; so two engines find the same and highlights are ours
(docs/search.md, "Analysis"). A token is `[0-9a-z]` or non-ASCII, at most 60 characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import regex

from search import khmer, latin
from search.errors import PackedTokensDamaged, TokenInvalid
from search.moments import SEPARATOR, AnalysedMoment, Token
from search.tree import Column

ANALYSIS_VERSION = 1
"""Raised whenever the same text would give other tokens; stored with them, so that old ones are found."""

LONGEST_TOKEN = 60
SHORTEST_SUGGESTION = 3

_RUNS = regex.compile(rf"(?P<khmer>{khmer.RUN})|(?P<word>{latin.WORD})")
_VALID = regex.compile(r"[0-9a-z\u0080-\U0010ffff]{1,60}")


def analyse(text: str, language: str, *, segment: khmer.Segment | None = None) -> tuple[Token, ...]:
    """The tokens of a text in order. `language` (ISO 639-1) chooses the stemmer only.

    `segment` cuts Khmer runs; by default khmercut, or clusters where it is missing. Offsets count characters
    of `text` as given. Never raises for any text.
    """
    stemmed = language.split("-", maxsplit=1)[0].lower()
    tokens: list[Token] = []
    for run in _RUNS.finditer(text):
        if run.lastgroup == "khmer":
            tokens += [
                Token(w.normal[:LONGEST_TOKEN], w.normal[:LONGEST_TOKEN], w.start, w.end)
                for w in khmer.words(run.group(), run.start(), segment=segment)
            ]
            continue
        word = run.group()
        first, last = latin.bare(word)
        exact = latin.exact(word[first:last])[:LONGEST_TOKEN]
        if exact:
            term = latin.fold(latin.stem(exact, stemmed))[:LONGEST_TOKEN]
            tokens.append(Token(term, exact, run.start() + first, run.start() + last))
    return tuple(tokens)


def clusters_of(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The Khmer clusters of analysed tokens; a word of another script between two runs leaves a separator."""
    found: list[str] = []
    for token in tokens:
        if khmer.is_khmer(token.exact):
            found += _clusters(token.exact)
        elif found and found[-1] != SEPARATOR:
            found.append(SEPARATOR)
    if found and found[-1] == SEPARATOR:
        found.pop()
    return tuple(found)


@lru_cache(maxsize=20_000)
def _clusters(word: str) -> tuple[str, ...]:
    return tuple(c.normal[:LONGEST_TOKEN] for c in khmer.clusters(word))


def columns(moment: AnalysedMoment) -> dict[Column, tuple[str, ...]]:
    """What stands in each column of the index for this moment.

    Exact words are kept only where a moment holds a word with diacritics, and then all of them, so that
    phrases keep their places; elsewhere they would repeat the terms.
    """
    marked = any(latin.is_marked(token.exact) for token in moment.tokens)
    return {
        Column.TERM: tuple(token.term for token in moment.tokens),
        Column.EXACT: tuple(token.exact for token in moment.tokens) if marked else (),
        Column.CLUSTER: moment.clusters,
    }


def suggestible(moment: AnalysedMoment) -> frozenset[str]:
    """Words of an open moment that may be offered while typing: none of one that has a date to close."""
    if moment.closes_at_ms is not None:
        return frozenset()
    return frozenset(
        token.exact
        for token in moment.tokens
        if len(token.exact) >= SHORTEST_SUGGESTION and not token.exact[0].isdigit()
    )


def joined(tracks: Iterable[Sequence[Token]]) -> tuple[Token, ...]:
    """The tokens of a segment and of its aligned translations as one row, a separator between two tracks."""
    row: list[Token] = []
    for track in tracks:
        if track and row:
            row.append(Token(SEPARATOR, SEPARATOR, 0, 0))
        row += track
    return tuple(row)


def checked(term: str) -> str:
    """The term, if it keeps the promise above; raises TokenInvalid otherwise. Engines call it."""
    if not _VALID.fullmatch(term):
        raise TokenInvalid(length=len(term))
    return term


def pack_tokens(tokens: Sequence[Token]) -> bytes:
    """Tokens as compact bytes, to keep sealed beside the segment: a few bytes a token beside its letters.

    Format: ANALYSIS_VERSION, then for each token the gap since the last end, its length, the exact word, and
    the term as how much of the exact word it keeps and what follows. Numbers are LEB128.
    """
    out = bytearray()
    _put(out, ANALYSIS_VERSION)
    _put(out, len(tokens))
    last = 0
    for token in tokens:
        _put(out, token.start - last)
        _put(out, token.end - token.start)
        last = token.end
        kept = _shared(token.term, token.exact)
        rest = token.term[kept:].encode()
        exact = token.exact.encode()
        _put(out, len(exact))
        out += exact
        _put(out, kept)
        _put(out, len(rest))
        out += rest
    return bytes(out)


def unpack_tokens(packed: bytes) -> tuple[Token, ...]:
    """The tokens that were packed; raises PackedTokensDamaged for anything else or another version."""
    try:
        version, at = _take(packed, 0)
        count, at = _take(packed, at)
        if version != ANALYSIS_VERSION or count > len(packed):
            raise PackedTokensDamaged
        tokens: list[Token] = []
        last = 0
        for _ in range(count):
            gap, at = _take(packed, at)
            length, at = _take(packed, at)
            exact, at = _text(packed, at)
            kept, at = _take(packed, at)
            rest, at = _text(packed, at)
            tokens.append(Token(exact[:kept] + rest, exact, last + gap, last + gap + length))
            last += gap + length
    except (IndexError, UnicodeDecodeError) as damage:
        raise PackedTokensDamaged from damage
    if at != len(packed):
        raise PackedTokensDamaged
    return tuple(tokens)


def packed_version(packed: bytes) -> int:
    """The ANALYSIS_VERSION that made these bytes; raises PackedTokensDamaged for none."""
    try:
        return _take(packed, 0)[0]
    except IndexError as damage:
        raise PackedTokensDamaged from damage


def _shared(term: str, exact: str) -> int:
    length = 0
    for a, b in zip(term, exact, strict=False):
        if a != b:
            break
        length += 1
    return length


def _put(out: bytearray, number: int) -> None:
    if number < 0:
        raise ValueError("tokens are packed in order and do not overlap")
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _take(packed: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = packed[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 63:
            raise PackedTokensDamaged


def _text(packed: bytes, at: int) -> tuple[str, int]:
    length, at = _take(packed, at)
    piece = packed[at : at + length]
    if len(piece) != length:
        raise PackedTokensDamaged
    return piece.decode(), at + length
