"""S9, the form: what a narrator decides becomes a `NewConsent`; what was typed is never lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from archive.errors import FormInvalid
from archive.services.consents import METHODS, NewConsent
from archive.web.site import site
from archive.web.uploads import most_bytes
from archive.web.viewmodels import CardQuestion, Choice, ConsentForm, FieldError
from archive.web.words import day_text, language_name
from consent.cases import earliest_opening_day
from consent.days import end_of
from consent.levels import cards_asked, doors_of
from consent.vocabulary import Answer, Card, Door, Level

METHOD_WORDS: dict[str, Callable[[], str]] = {
    "form_scan": lambda: gettext("a paper form, scanned"),
    "audio": lambda: gettext("spoken, recorded"),
    "video": lambda: gettext("filmed"),
    "thumbprint_and_witness": lambda: gettext("thumbprint with a witness"),
    "in_person": lambda: gettext("in person, noted"),
    "inherited": lambda: gettext("an agreement from before the archive"),
}
TALK = ("km", "vi", "cja", "en", "fr")
TALK_FIELDS = ("captured", "place", "language", "interpreter", "witness", "evidence_note")


def _chosen(values: dict[str, Any]) -> tuple[Level, frozenset[Door]]:
    """The level and the doors ticked; doors without a level stand on CLOSED."""
    if not values["level"] and not values["door"]:
        raise FormInvalid({"level": gettext("Choose who may hear it. Silence is no; nothing was saved.")})
    ticked = frozenset(Door(door) for door in values["door"])
    return (Level.CLOSED if ticked else Level(values["level"])), ticked


def _cards(level: Level, doors: frozenset[Door]) -> tuple[Card, ...]:
    return tuple(card for card in cards_asked(level, doors) if request.form.get(f"card-{card}") == "yes")


def new_consent(testimony_id: str, collection_id: str, person_id: str, values: dict[str, Any]) -> NewConsent:
    """What she decided, from the form's values. :raises FormInvalid: if a question is still open."""
    level, doors = _chosen(values)
    return NewConsent(
        testimony_id=testimony_id,
        person_id=person_id,
        level=level,
        doors=doors,
        cards=_cards(level, doors),
        family=Answer(values["family"]) if values["family"] else None,
        communities=(collection_id,) if Door.COMMUNITY in doors_of(level, doors) else (),
        method=values["method"] or "in_person",
        evidence_id=values["evidence_id"] or None,
        comprehension=values["comprehension"],
        talk={name: values[name] for name in TALK_FIELDS},
        after_death=_after_death(values),
        contact_rule=" ".join(v for v in (values["contact"], values["contact_how"]) if v),
    )


def _after_death(values: dict[str, Any]) -> str:
    """Her answer as one word: `stay`, `close`, `ask`, or `open:STUDY:20` (the level, after so many years)."""
    if values["after_death"] != "open":
        return str(values["after_death"])
    level, years = values["after_level"], values["after_years"].strip()
    if not level or not years:
        unsaid = gettext("Say to whom, and after how many years. Nothing was saved.")
        raise FormInvalid({"after_death": unsaid})
    return f"open:{level}:{int(years)}"


def form_of(testimony_id: str, person_id: str, errors: dict[str, str]) -> ConsentForm:
    """The form with what was typed until now, and the cards that the chosen doors ask for."""
    form = request.form
    asked: tuple[Card, ...] = (Card.NAME,)
    try:
        level, doors = _chosen({"level": form.get("level", ""), "door": form.getlist("door")})
        asked = cards_asked(level, doors)
    except (FormInvalid, ValueError):
        doors = frozenset()
    return ConsentForm(
        action=url_for("consent.page", testimony_id=testimony_id, person=person_id),
        level=form.get("level") or None,
        doors=tuple(form.getlist("door")),
        family=form.get("family") or None,
        cards=tuple(CardQuestion(card=str(card), yes=form.get(f"card-{card}") == "yes") for card in asked),
        after_death=form.get("after_death") or None,
        after_level=form.get("after_level") or None,
        after_years=form.get("after_years", ""),
        contact=form.get("contact") or None,
        contact_how=form.get("contact_how", ""),
        methods=tuple(
            Choice(value=k, label=METHOD_WORDS[k](), chosen=k == form.get("method")) for k in METHODS
        ),
        languages=tuple(
            Choice(value=code, label=language_name(code), chosen=code == form.get("language"))
            for code in TALK
        ),
        captured=form.get("captured", ""),
        place=form.get("place", ""),
        interpreter=form.get("interpreter", ""),
        witness=form.get("witness", ""),
        comprehension=form.get("comprehension", ""),
        evidence_note=form.get("evidence_note", ""),
        evidence_id=form.get("evidence_id", "")[:40],
        earliest=day_text(end_of(earliest_opening_day(site().clock.now()))),
        max_bytes=most_bytes(),
        errors=tuple(FieldError(field=name, message=why) for name, why in errors.items()),
    )
