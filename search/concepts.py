"""The thesaurus: concepts with labels in many languages, looked up, put into queries, found in texts.

A query is widened by a concept's labels; the index is not, so that a changed thesaurus needs no rebuild. What
is found in a text is a suggestion for a person to accept or refuse, never a tag (docs/search.md, "Concepts").
The shape follows SKOS (W3C, 2009): preferred and alternative labels, broader concepts, schemes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from search import khmer, latin
from search.analysis import analyse
from search.errors import ThesaurusInvalid
from search.moments import Token
from search.tree import Column, Words
from search.tree import Sequence as Terms

MOST_LABELS = 50
SCHEMES = ("periods", "themes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name of a concept in one language (ISO 639-1)."""

    text: str
    language: str
    preferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One idea of a scheme. `first_year` and `last_year` are given for periods."""

    id: str
    scheme: str
    labels: tuple[Label, ...]
    broader: str | None = None
    first_year: int | None = None
    last_year: int | None = None

    def label(self, language: str) -> str:
        """The preferred label in that language, else in English, else the first."""
        for wanted in (language, "en"):
            for label in self.labels:
                if label.language == wanted and label.preferred:
                    return label.text
        return self.labels[0].text


class Thesaurus:
    """Concepts by id, by label and in texts. Raises ThesaurusInvalid for doubled or unknown ids."""

    def __init__(self, concepts: Iterable[Concept], *, segment: khmer.Segment | None = None) -> None:
        self._concepts: dict[str, Concept] = {}
        for concept in concepts:
            if concept.id in self._concepts or not concept.labels:
                raise ThesaurusInvalid(concept=concept.id)
            self._concepts[concept.id] = concept
        for concept in self._concepts.values():
            if concept.broader is not None and concept.broader not in self._concepts:
                raise ThesaurusInvalid(concept=concept.id)
        self._by_terms: dict[tuple[str, ...], list[str]] = {}
        self._longest = 0
        for concept in self._concepts.values():
            for label in concept.labels:
                terms = _terms(analyse(label.text, label.language, segment=segment), label.language)
                if terms:
                    self._by_terms.setdefault(terms, []).append(concept.id)
                    self._longest = max(self._longest, len(terms))

    def __getitem__(self, concept_id: str) -> Concept:
        return self._concepts[concept_id]

    def __contains__(self, concept_id: object) -> bool:
        return concept_id in self._concepts

    def of(self, scheme: str) -> tuple[Concept, ...]:
        """The concepts of one scheme, in its own order."""
        return tuple(c for c in self._concepts.values() if c.scheme == scheme)

    def narrower(self, concept_id: str) -> tuple[Concept, ...]:
        """Concepts directly below this one."""
        return tuple(c for c in self._concepts.values() if c.broader == concept_id)

    def family(self, concept_id: str) -> tuple[Concept, ...]:
        """The concept and everything below it, itself first."""
        found = [self._concepts[concept_id]]
        for concept in found:
            found += [c for c in self.narrower(concept.id) if c not in found]
        return tuple(found)

    def named(self, typed: str) -> tuple[Concept, ...]:
        """Concepts that have exactly this label in some language."""
        ids: list[str] = []
        for language in ("", *latin.STEMMED):
            ids += self._by_terms.get(_terms(analyse(typed, language), language), [])
        return tuple(self._concepts[i] for i in dict.fromkeys(ids))

    def words(self, concept_id: str) -> Words:
        """Its labels and those of everything below it as one leaf of a query: any of at most 50 phrases."""
        labels = [label for concept in self.family(concept_id) for label in concept.labels]
        phrases = [
            Terms(column=Column.TERM, terms=terms)
            for label in labels
            if (terms := _terms(analyse(label.text, label.language), label.language))
        ]
        return Words(alternatives=tuple(dict.fromkeys(phrases))[:MOST_LABELS])

    def found_in(self, tokens: Sequence[Token]) -> tuple[str, ...]:
        """Ids of concepts whose label stands in an analysed text, in order: for suggestions only."""
        terms = [token.term for token in tokens]
        ids: list[str] = []
        for at in range(len(terms)):
            for many in range(min(self._longest, len(terms) - at), 0, -1):
                ids += self._by_terms.get(tuple(terms[at : at + many]), [])
        return tuple(dict.fromkeys(ids))


def shipped(*, segment: khmer.Segment | None = None) -> Thesaurus:
    """The periods and themes that come with the archive: a start, which archivists extend."""
    concepts: list[Concept] = []
    for scheme in SCHEMES:
        concepts += read(files("search").joinpath("data", f"{scheme}.json").read_text(encoding="utf-8"))
    return Thesaurus(concepts, segment=segment)


def read(text: str) -> tuple[Concept, ...]:
    """Concepts from JSON in the shape of `search/data/themes.json`. Raises ThesaurusInvalid."""
    try:
        scheme = json.loads(text)
        return tuple(_concept(str(scheme["scheme"]), entry) for entry in scheme["concepts"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ThesaurusInvalid(concept="") from error


def _concept(scheme: str, entry: dict[str, object]) -> Concept:
    labels = entry["labels"]
    years = entry.get("years", [None, None])
    if not isinstance(labels, dict) or not isinstance(years, list):
        raise ThesaurusInvalid(concept=str(entry["id"]))
    return Concept(
        id=str(entry["id"]),
        scheme=scheme,
        labels=tuple(
            Label(text=str(text), language=language, preferred=number == 0)
            for language, texts in labels.items()
            for number, text in enumerate(texts)
        ),
        broader=None if entry.get("broader") is None else str(entry["broader"]),
        first_year=years[0],
        last_year=years[1],
    )


def _terms(tokens: Sequence[Token], language: str) -> tuple[str, ...]:
    return tuple(latin.fold(latin.stem(token.exact, language)) for token in tokens)
