"""Names of languages, places and topics, and addresses inside the site, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from flask import url_for
from flask_babel import format_date, get_locale, gettext

from archive.gazetteer import place_label
from archive.reading.catalogue import CatalogueEntry, InLanguage
from archive.web.viewmodels import Entry, Speaker, SpeakerRole, Text
from consent.days import ZONE
from search.concepts import Thesaurus, shipped

SPEAKERS = {
    "narrator": SpeakerRole.NARRATOR,
    "interviewer": SpeakerRole.INTERVIEWER,
    "interpreter": SpeakerRole.INTERPRETER,
    "present": SpeakerRole.PRESENT,
}


def language_name(code: str) -> str:
    """A language's name in the reader's language; the code itself where nobody named it."""
    if code == "cja":  # Western Cham: the CLDR behind Babel has no name for it
        return str(gettext("Cham"))
    try:
        name = Locale.parse(code).get_language_name(str(get_locale() or "en"))
    except (UnknownLocaleError, ValueError):
        return code
    return name or code


def day_text(instant: datetime) -> str:
    """The day of an instant in Phnom Penh, as `2026-12-05`."""
    return instant.astimezone(ZONE).date().isoformat()


def place_name(place_id: str) -> str:
    return place_label(place_id, str(get_locale() or "en"))


def topic_name(concept: str) -> str:
    thesaurus = _thesaurus()
    return thesaurus[concept].label(str(get_locale() or "en")) if concept in thesaurus else concept


@lru_cache(maxsize=1)
def _thesaurus() -> Thesaurus:
    return shipped()


def label(entry: CatalogueEntry) -> Text:
    """The name she chose for publication, else "A narrator" and the code; nothing is said about why."""
    if entry.name is not None:
        return Text(text=entry.name.text, lang=entry.name.language or None)
    many = entry.narrators > 1
    words = (
        gettext("%(count)s narrators, %(code)s", count=entry.narrators, code=entry.code)
        if many
        else gettext("A narrator, %(code)s", code=entry.code)
    )
    return Text(text=words)


def in_reader_language(texts: tuple[InLanguage, ...]) -> Text | None:
    """The text in the reader's language, else the first there is."""
    wanted = str(get_locale() or "en")
    best = next((t for t in texts if t.language == wanted), texts[0] if texts else None)
    return None if best is None else Text(text=best.text, lang=best.language)


def told_in(entry: CatalogueEntry) -> str | None:
    """The year it was told, as sure as it is known: "2019", "about 2020", "2019?" (EDTF, ISO 8601-2)."""
    year, sure = entry.date_edtf[:4], entry.date_edtf[-1:]
    if not year:
        return None
    return (
        str(gettext("about %(year)s", year=year))
        if sure in {"~", "%"}
        else year + ("?" if sure == "?" else "")
    )


def told_on(entry: CatalogueEntry) -> str | None:
    """The date it was told, in the reader's language: "14 March 2019", "June 2018", "about 2020"."""
    known = entry.date_edtf.rstrip("~?%")
    parts = known.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) not in {2, 3}:
        return told_in(entry)
    try:
        day = date(int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) == 3 else 1)
    except ValueError:
        return told_in(entry)
    said = str(format_date(day, "d MMMM yyyy" if len(parts) == 3 else "MMMM yyyy"))
    return str(gettext("about %(year)s", year=said)) if known != entry.date_edtf else said


def as_entry(entry: CatalogueEntry, *, invented: bool, href: str = "") -> Entry:
    """A testimony as lists show it."""
    return Entry(
        href=href or testimony_address(entry.id),
        label=label(entry),
        code=entry.code,
        languages=tuple(language_name(code) for code in entry.languages),
        told_in=told_in(entry),
        duration_ms=entry.length_ms or None,
        title=in_reader_language(entry.titles),
        has_film=entry.has_film,
        invented=invented,
    )


def testimony_address(
    testimony_id: str,
    original_id: str | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
    **more: str,
) -> str:
    """`/t/<testimony>/<original>?t=754&to=791`; times in seconds, as citations write them."""
    path = url_for("public.testimony", testimony_id=testimony_id, original_id=original_id)
    asked = {k: v for k, v in more.items() if v}
    if start_ms is not None:
        asked["t"] = f"{start_ms / 1000:g}"
    if end_ms is not None:
        asked["to"] = f"{end_ms / 1000:g}"
    return f"{path}?{urlencode(asked)}" if asked else path


def speaker(role: str, number: int | None) -> Speaker | None:
    return Speaker(role=SPEAKERS[role], number=number) if role in SPEAKERS else None
