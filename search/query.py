"""What a reader typed, read into a query tree. Nothing a reader types reaches an engine as syntax.

What can be typed (docs/search.md, "Asking"): words, all of which must be there; "a phrase"; `famil*`;
`rice NEAR dam`; `AND`, `OR`, `NOT`, `-word`; brackets; `year:1975`, `year:1975-1979`, `lang:km`,
`place:`, `topic:`, `speaker:`. Whatever cannot be read so is read as words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

import regex

from search import khmer, latin
from search.analysis import LONGEST_TOKEN, analyse, clusters_of
from search.errors import QueryTooComplex
from search.moments import Token
from search.tree import (
    MOST_DEPTH,
    MOST_LEAVES,
    And,
    Column,
    Field,
    Filter,
    Near,
    Node,
    Not,
    Or,
    Query,
    Sequence,
    Words,
)

LONGEST_TEXT = 2_000
SHORTEST_PREFIX = 3
MOST_YEARS = 200

_FIELDS = {"lang": Field.LANGUAGE, **{str(field): field for field in Field}}
_QUOTES = '"“”„«»'
_ITEM = regex.compile(
    rf"""
    (?P<space>\s+) | (?P<open>\() | (?P<close>\)) | (?P<or>\|)
    | (?P<minus>-)? (?:
        (?P<field>[a-zA-Z]+):
        (?: [{_QUOTES}](?P<quoted_value>[^{_QUOTES}]*)[{_QUOTES}]? | (?P<value>[^\s()]*) )
        | [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]?
        | (?P<word>[^\s(){_QUOTES}|]+)
        | (?P<bracket>\()
      )
    | (?P<other>.)
    """,
    regex.VERBOSE | regex.DOTALL,
)
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR"})
_YEARS = regex.compile(r"(\d{4})\s*(?:-|–|\.\.)\s*(\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A piece of what was typed: an operator, a bracket, or analysed words."""

    kind: str  # "(", ")", "OR", "AND", "NOT", "NEAR", "words"
    tokens: tuple[Token, ...] = ()
    quoted: bool = False
    prefix: bool = False


def parse(text: str, *, segment: khmer.Segment | None = None) -> Query:
    """The query in `text`. Raises QueryTooComplex for more than 32 words or brackets deeper than four.

    Blank text, signs alone and exclusions alone make a query that finds nothing; filters alone browse.
    """
    if len(text) > LONGEST_TEXT:
        raise QueryTooComplex(words=len(text.split()), most_words=MOST_LEAVES)
    clean = text.encode("utf-8", "ignore").decode()  # a lone surrogate is no character
    items, filters = _read(clean, segment)
    words = [item for item in items if item.kind == "words"]
    if len(words) > MOST_LEAVES:
        raise QueryTooComplex(words=len(words), most_words=MOST_LEAVES)
    marked = any(latin.is_marked(token.exact) for item in words for token in item.tokens)
    tree = _Parser(items, lambda item: _leaf(item, marked=marked)).tree()
    back_off = None
    if tree is not None and any(khmer.is_khmer(token.exact) for item in words for token in item.tokens):
        back_off = _Parser(items, lambda item: _loose(item, marked=marked)).tree()
    return Query(
        tree=tree,
        filters=filters,
        back_off=back_off if back_off != tree else None,
        everything=not items and bool(filters),
    )


def browse(*filters: Filter) -> Query:
    """Everything that may be found and passes the filters, without words."""
    return Query(filters=filters, everything=True)


def _read(text: str, segment: khmer.Segment | None) -> tuple[list[_Item], tuple[Filter, ...]]:
    items: list[_Item] = []
    filters: list[Filter] = []
    for match in _ITEM.finditer(text):
        found = match.groupdict()
        minus = found["minus"] is not None
        name = found["field"]
        if name is not None and name.lower() in _FIELDS:
            value = found["quoted_value"] if found["quoted_value"] is not None else found["value"]
            filters += _filter(_FIELDS[name.lower()], value or "", negated=minus)
            continue
        if found["open"] or found["bracket"]:
            items += [_Item(kind="NOT")] * minus + [_Item(kind="(")]
        elif found["close"]:
            items.append(_Item(kind=")"))
        elif found["or"]:
            items.append(_Item(kind="OR"))
        elif found["word"] in _OPERATORS and not minus:
            items.append(_Item(kind=found["word"]))
        elif not found["space"] and not found["other"]:
            words = _words_item(match.group().removeprefix("-"), found["phrase"], segment)
            if words.tokens:
                items += [_Item(kind="NOT")] * minus + [words]
    return items, tuple(filters)


def _words_item(typed: str, phrase: str | None, segment: khmer.Segment | None) -> _Item:
    if phrase is not None:
        return _Item(kind="words", tokens=analyse(phrase, "", segment=segment), quoted=True)
    tokens = analyse(typed, "", segment=segment)
    prefix = (
        typed.endswith("*") and len(tokens) == 1 and SHORTEST_PREFIX <= len(tokens[0].term) < LONGEST_TOKEN
    )
    return _Item(kind="words", tokens=tokens, prefix=prefix)


def _filter(field: Field, value: str, *, negated: bool) -> list[Filter]:
    value = value.strip().replace("\x00", "")
    if not value:
        return []
    values: tuple[str, ...] = (value,)
    if field is Field.YEAR and (span := _YEARS.fullmatch(value)):
        first, last = int(span[1]), int(span[2])
        values = tuple(str(year) for year in range(first, min(last, first + MOST_YEARS) + 1))
    return [Filter(field=field, values=values, negated=negated)]


def _leaf(item: _Item, *, marked: bool) -> Words:
    """The alternatives of one word or phrase; the language typed is unknown, so each stemmer is tried.

    A phrase in quotes with diacritics is meant exactly. Without quotes the exact word only adds weight.
    """
    exact = tuple(token.exact for token in item.tokens)
    own = any(latin.is_marked(word) for word in exact)
    exactly = Sequence(column=Column.EXACT, terms=exact)
    if item.quoted and own:
        return Words(alternatives=(exactly,))
    spellings = [tuple(latin.fold(word) for word in exact)]
    for language in latin.STEMMED:
        stems = tuple(latin.stem(word, language) for word in exact)
        spellings.append(tuple(latin.fold(word) for word in stems))
        if not own:  # `aimee` typed without its accent keeps an e that `aimée` loses: stem once more
            spellings.append(tuple(latin.fold(latin.stem(word, language)) for word in stems))
    if item.prefix:  # a stem matters only where the word does not begin with it (hungry, hungri)
        spellings = [s for s in spellings if s == spellings[0] or not spellings[0][0].startswith(s[0])]
    found = [Sequence(column=Column.TERM, terms=terms) for terms in dict.fromkeys(spellings)]
    return Words(alternatives=(*found, exactly) if marked else tuple(found), prefix=item.prefix)


def _loose(item: _Item, *, marked: bool) -> Node:
    """The same with Khmer words as sequences of clusters, in the cluster column."""
    parts: list[Node] = []
    for is_khmer, group in groupby(item.tokens, lambda token: khmer.is_khmer(token.exact)):
        tokens = tuple(group)
        if is_khmer:
            sequence = Sequence(column=Column.CLUSTER, terms=clusters_of(tokens))
            parts.append(Words(alternatives=(sequence,)))
        else:
            parts.append(
                _leaf(
                    _Item(kind="words", tokens=tokens, quoted=item.quoted, prefix=item.prefix), marked=marked
                )
            )
    return parts[0] if len(parts) == 1 else And(parts=tuple(parts))


class _Parser:
    """Items to tree. Forgiving: brackets that do not match and operators without words are passed over."""

    def __init__(self, items: list[_Item], leaf: Callable[[_Item], Node]) -> None:
        self._items = items
        self._leaf = leaf
        self._at = 0
        self._depth = 0

    def tree(self) -> Node | None:
        """The tree of all items, or None when they hold nothing to look for."""
        parts: list[Node] = []
        while self._at < len(self._items):
            part = self._any()
            if part is not None:
                parts.append(part)
            self._at += 1  # a closing bracket too many
        return _all(parts)

    def _peek(self) -> str:
        return self._items[self._at].kind if self._at < len(self._items) else ""

    def _any(self) -> Node | None:
        parts = [self._group()]
        while self._peek() == "OR":
            self._at += 1
            parts.append(self._group())
        some = tuple(dict.fromkeys(part for part in parts if part is not None))
        return None if not some else some[0] if len(some) == 1 else Or(parts=some)

    def _group(self) -> Node | None:
        wanted: list[Node] = []
        unwanted: list[Node] = []
        while (kind := self._peek()) not in {"", "OR", ")"}:
            if kind == "AND" or (kind == "NEAR" and not wanted):
                self._at += 1
                continue
            excluded = False
            while self._peek() == "NOT":
                self._at += 1
                excluded = not excluded
            if self._peek() == "NEAR" and not excluded:
                self._at += 1
                right = self._one() if self._peek() in {"words", "("} else None
                if right is not None:
                    wanted[-1] = _near(wanted[-1], right)
                continue
            if self._peek() not in {"words", "("}:
                continue
            node = self._one()
            if node is not None:
                (unwanted if excluded else wanted).append(node)
        keep = _all(wanted)
        if keep is None or not unwanted:
            return keep
        drops = tuple(dict.fromkeys(unwanted))
        return Not(keep=keep, drop=drops[0] if len(drops) == 1 else Or(parts=drops))

    def _one(self) -> Node | None:
        item = self._items[self._at]
        self._at += 1
        if item.kind == "words":
            return self._leaf(item)
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise QueryTooComplex(words=len(self._items), most_words=MOST_LEAVES)
        node = self._any()
        self._depth -= 1
        if self._peek() == ")":
            self._at += 1
        return node


def _all(parts: list[Node]) -> Node | None:
    some = tuple(dict.fromkeys(parts))
    return None if not some else some[0] if len(some) == 1 else And(parts=some)


def _near(left: Node, right: Node) -> Node:
    both = isinstance(left, Words) and isinstance(right, Words) and not (left.prefix or right.prefix)
    if both and isinstance(left, Words) and isinstance(right, Words):
        return Near(left=left, right=right)
    return And(parts=(left, right))  # nearness is for words and phrases; of groups we ask that both are there
