"""Snippets and marks: which words of a text answer a query, by the offsets kept with its tokens.

A snippet is cut from redacted text: what a viewer may not read is replaced before anything is chosen, so that
not even its length shows; a hidden word is never marked, and no phrase is found across a hidden stretch
(docs/search.md, "Snippets").
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from search import khmer
from search.analysis import analyse
from search.moments import Token
from search.tree import Column, Query, Words, wanted

HIDDEN = "[…]"
"""Stands for a stretch that is hidden from this viewer."""
CUT = "…"
SNIPPET_CHARACTERS = 220

_KHMER_RUN = regex.compile(khmer.RUN)


class Span(NamedTuple):
    """Characters `start` up to, not including, `end` of a text."""

    start: int
    end: int


class Piece(NamedTuple):
    """A stretch of a snippet, and whether it answers the query."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What is shown under a hit; the pieces in order make up its text."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole without marks."""
        return "".join(piece.text for piece in self.pieces)


def snippet(
    text: str,
    tokens: Sequence[Token],
    query: Query,
    hidden_spans: Iterable[tuple[int, int]] = (),
    *,
    length: int = SNIPPET_CHARACTERS,
) -> Snippet:
    """About `length` characters of `text` with the most marks, hidden stretches replaced by `[…]`.

    `tokens` are those of exactly this text (`search.analysis`). `hidden_spans` are characters of it. For a
    page that backed off, pass `Query.loosened`.
    """
    shown, groups, breaks = _redacted(text, tokens, _merged(hidden_spans))
    marked = _marked(shown, groups, query, breaks)
    window = _window(shown, [token for group in groups for token in group], marked, length)
    return Snippet(pieces=_pieces(shown, marked, window))


def marks(text: str, query: Query, language: str) -> tuple[Piece, ...]:
    """A whole text with its marks. The text must be redacted already: it is analysed as it stands."""
    marked = _marked(text, [list(analyse(text, language))], query, ())
    return _pieces(text, marked, Span(0, len(text)))


def _redacted(
    text: str, tokens: Sequence[Token], hidden: Sequence[Span]
) -> tuple[str, list[list[Token]], tuple[int, ...]]:
    """The text without what is hidden, its tokens in groups divided by hidden stretches, and where those were.

    Tokens that touch anything hidden are gone; offsets of the others count in the new text.
    """
    parts: list[str] = []
    groups: list[list[Token]] = []
    breaks: list[int] = []
    at = size = 0
    for span in (*hidden, Span(len(text), len(text))):
        moved = size - at
        start = min(max(span.start, at), len(text))
        groups.append(
            [
                t._replace(start=t.start + moved, end=t.end + moved)
                for t in tokens
                if at <= t.start and t.end <= start and t.start < t.end
            ]
        )
        parts.append(text[at:start])
        size += start - at
        at = min(max(span.end, at), len(text))
        if at > start:
            breaks.append(size)
            parts.append(HIDDEN)
            size += len(HIDDEN)
    return "".join(parts), groups, tuple(breaks)


def _marked(
    text: str, groups: Iterable[Sequence[Token]], query: Query, breaks: Sequence[int]
) -> tuple[Span, ...]:
    found: list[tuple[int, int]] = []
    clusters: list[list[Token]] = []
    leaves = wanted(query.tree)
    if any(a.column is Column.CLUSTER for leaf in leaves for a in leaf.alternatives):
        clusters = _clusters(text, breaks)
    for leaf in leaves:
        for group in groups:
            found += _places(leaf, group, (Column.TERM, Column.EXACT))
        for group in clusters:
            found += _places(leaf, group, (Column.CLUSTER,))
    return _merged(found)


def _clusters(text: str, breaks: Sequence[int]) -> list[list[Token]]:
    groups: dict[int, list[Token]] = {}
    for run in _KHMER_RUN.finditer(text):
        for c in khmer.clusters(run.group(), run.start()):
            group = groups.setdefault(bisect(breaks, c.start), [])
            group.append(Token(c.normal, c.normal, c.start, c.end))
    return list(groups.values())


def _places(leaf: Words, tokens: Sequence[Token], columns: tuple[Column, ...]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for alternative in leaf.alternatives:
        if alternative.column not in columns:
            continue
        exact = alternative.column is Column.EXACT
        held = [token.exact if exact else token.term for token in tokens]
        first, many = alternative.terms[0], len(alternative.terms)
        for at, here in enumerate(held):
            if leaf.prefix:
                fits = here.startswith(first)
            else:
                fits = here == first and tuple(held[at : at + many]) == alternative.terms
            if fits:
                found.append((tokens[at].start, tokens[at + many - 1].end))
    return found


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(end, merged[-1].end))
        elif start < end:
            merged.append(Span(start, end))
    return tuple(merged)


def _window(text: str, tokens: Sequence[Token], marked: Sequence[Span], length: int) -> Span:
    """The stretch to show: where most marks stand close together, with a third of the room before them."""
    if len(text) <= length:
        return Span(0, len(text))
    best, most = 0, 0
    for mark in marked:
        inside = sum(
            1 for other in marked if mark.start <= other.start and other.end <= mark.start + length * 2 // 3
        )
        if inside > most:
            best, most = max(0, mark.start - length // 3), inside
    start, end = best, min(len(text), best + length)
    start = max(0, min(start, end - length))
    if start > 0:
        start = next((t.start for t in tokens if start <= t.start < end), start)
    if end < len(text):
        end = next((t.end for t in reversed(tokens) if start < t.end <= end), end)
    return Span(start, end)


def _pieces(text: str, marked: Sequence[Span], window: Span) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = window.start
    for span in marked:
        start, end = max(span.start, window.start), min(span.end, window.end)
        if start < end:
            pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
            at = end
    pieces.append(Piece(text[at : window.end], False))
    before = [Piece(CUT, False)] if window.start > 0 else []
    behind = [Piece(CUT, False)] if window.end < len(text) else []
    return tuple(piece for piece in (*before, *pieces, *behind) if piece.text)
