"""The query as a small tree of our own; engines turn it into their language and never see what was typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

MOST_LEAVES = 32
MOST_DEPTH = 4
NEAR_DISTANCE = 10


class Column(StrEnum):
    """Where a token is looked for: folded and stemmed terms, exact words, Khmer clusters."""

    TERM = "t"
    EXACT = "x"
    CLUSTER = "k"


class Field(StrEnum):
    """What a moment carries beside words; filters and facets name it."""

    LANGUAGE = "language"
    YEAR = "year"
    PLACE = "place"
    TOPIC = "topic"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Tokens that follow each other in one column."""

    column: Column
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One word or phrase as typed: true where any of its alternatives stands (spellings, stems, languages).

    `prefix`: the alternatives are single tokens and match every token that begins so.
    """

    alternatives: tuple[Sequence, ...]
    prefix: bool = False

    def __post_init__(self) -> None:
        if not self.alternatives or any(not sequence.terms for sequence in self.alternatives):
            raise ValueError("words without a term match nothing and everything")
        if self.prefix and any(len(sequence.terms) > 1 for sequence in self.alternatives):
            raise ValueError("a prefix is one token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Two words or phrases in one column with at most `distance` tokens between them, in either order."""

    left: Words
    right: Words
    distance: int = NEAR_DISTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of `parts` in one moment."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """Any of `parts` in one moment."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """`keep`, and not `drop`, in one moment."""

    keep: Node
    drop: Node


Node = Words | Near | And | Or | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A condition on one field: any of `values` (years as digits), or with `negated` none of them.

    A moment without the field fails a filter and passes a negated one.
    """

    field: Field
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked. `tree` None with `everything`: every visible moment (browsing); without it: none.

    `back_off` is asked instead of `tree` when `tree` finds nothing: Khmer clusters for Khmer words.
    """

    tree: Node | None = None
    filters: tuple[Filter, ...] = ()
    back_off: Node | None = None
    everything: bool = False

    @property
    def finds_nothing(self) -> bool:
        """Whether no moment can match, whatever the index holds."""
        return self.tree is None and not self.everything

    @property
    def loosened(self) -> Query:
        """The query that was answered when `Page.backed_off` is true."""
        return replace(self, tree=self.back_off, back_off=None) if self.back_off is not None else self

    @property
    def open_only(self) -> bool:
        """Whether it holds a prefix: those are asked of the open index alone (docs/search.md)."""
        return self.tree is not None and any(leaf.prefix for leaf in leaves(self.tree))


def leaves(node: Node) -> tuple[Words, ...]:
    """The words and phrases of a tree, from left to right."""
    match node:
        case Words():
            return (node,)
        case Near():
            return (node.left, node.right)
        case And() | Or():
            return tuple(leaf for part in node.parts for leaf in leaves(part))
        case Not():
            return leaves(node.keep) + leaves(node.drop)


def wanted(node: Node | None) -> tuple[Words, ...]:
    """The words a reader wants to see marked: all leaves but those that were excluded."""
    match node:
        case None:
            return ()
        case And() | Or():
            return tuple(leaf for part in node.parts for leaf in wanted(part))
        case Not():
            return wanted(node.keep)
        case _:
            return leaves(node)
