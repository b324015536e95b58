"""Step 6 of a decision: which names must not be said or shown to this viewer?

A narrator's name follows her own cards; other people's names follow what is known about them.
Source: docs/consent.md, "Names".
"""

from __future__ import annotations

from collections.abc import Iterator

from consent.grants import Weighed
from consent.limits import NOTHING, TELLING_FIELDS, Cut, cut_spans
from consent.part import NameSpan
from consent.question import Question
from consent.scope import padded
from consent.vocabulary import Action, Feature, PersonClass

_ALWAYS_SHOWN = frozenset({PersonClass.REMEMBERED, PersonClass.JUDGED, PersonClass.PERMITTED})
#: Doors at which anybody, or a whole class, may stand.
_WIDE_DOORS = frozenset({"pub", "reg", "edu"})
_NOT_FOR_WIDE_DOORS = frozenset({PersonClass.PRIVATE, PersonClass.ALLEGED})


def cut_by_names(question: Question, weighed: Weighed) -> Cut:
    """Subtract the names that are hidden from the viewer; refuse where nobody has marked where they are
    said."""
    if Feature.NAME not in question.features:
        return NOTHING
    part = question.part
    own = any(feature is Feature.NAME for _, feature in weighed.hidden)
    unmarked = not part.names_checked and _may_hold_hidden_names(question, weighed)
    marked = list(_hidden_names(question, weighed))
    others = unmarked or any(named.person not in part.testimony.narrators for named in marked)
    if not (own or others):
        return NOTHING
    if question.about_entry:
        fields = ({"name"} if own else set()) | ({"names"} if others else set())
        return Cut(fields=frozenset(fields if part.names_checked else fields | TELLING_FIELDS))
    if not part.names_checked:
        return Cut(refused="names_unchecked")
    return cut_spans(part, (padded(span) for named in marked for span in named.spans))


def _hidden_names(question: Question, weighed: Weighed) -> Iterator[NameSpan]:
    """The marked names that this viewer must not learn."""
    for named in question.part.name_spans:
        if named.person in question.part.testimony.narrators:
            if (named.person, Feature.NAME) in weighed.hidden:
                yield named
        elif _is_hidden(named.kind, question, weighed):
            yield named


def _is_hidden(kind: PersonClass, question: Question, weighed: Weighed) -> bool:
    """True if the name of somebody of this kind is hidden. The narrator knows whom she named."""
    if question.is_narrator or kind in _ALWAYS_SHOWN:
        return False
    if kind in _NOT_FOR_WIDE_DOORS:
        searched = kind == PersonClass.ALLEGED and question.action is Action.FIND
        return searched or any(doors <= _WIDE_DOORS for doors in weighed.doors)
    return not all("cust" in doors for doors in weighed.doors)


def _may_hold_hidden_names(question: Question, weighed: Weighed) -> bool:
    """True if words in which nobody has marked the names may hold one that is hidden from this viewer."""
    return any(_is_hidden(kind, question, weighed) for kind in _NOT_FOR_WIDE_DOORS)
