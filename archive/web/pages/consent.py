"""S9.

A narrator's consent in one testimony: what was said until now, what is said today, the second person, the
card.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from archive.errors import FormInvalid, NotFound, SaksiError
from archive.gate.gate import Looking
from archive.reading import consenting, reviewing
from archive.reading import desk as reading
from archive.reading.consenting import Recorded
from archive.services.consents import METHODS, NewConsent
from archive.services.evidence import EvidenceFile
from archive.web import once
from archive.web.chrome import chrome_for
from archive.web.forms import ConsentFormSchema, load
from archive.web.pages.desk import title_of
from archive.web.site import site, staff
from archive.web.uploads import in_scratch, most_bytes
from archive.web.viewmodels import (
    CardQuestion,
    CardSecret,
    Choice,
    ChoiceLink,
    ConsentEntry,
    ConsentForm,
    ConsentPage,
    Direction,
    FieldError,
    Hidden,
    Link,
    NarratorCardPage,
    Pending,
    ReadBack,
    Text,
)
from archive.web.words import language_name
from consent.cases import earliest_opening_day
from consent.days import ZONE, end_of
from consent.levels import cards_asked, doors_of, who_stays_outside
from consent.vocabulary import Answer, Card, Door, Level

consent = Blueprint("consent", __name__, url_prefix="/desk")
METHOD_WORDS: dict[str, Callable[[], str]] = {
    "form_scan": lambda: gettext("a paper form, scanned"),
    "audio": lambda: gettext("spoken, recorded"),
    "video": lambda: gettext("filmed"),
    "thumbprint_and_witness": lambda: gettext("thumbprint with a witness"),
    "in_person": lambda: gettext("in person, noted"),
    "inherited": lambda: gettext("an agreement from before the archive"),
}
OUTSIDE = {
    "family": "fam",
    "community": "com",
    "study": "res",
    "teaching": "edu",
    "public": "pub",
    "staff": "arc",
}
ORDER = ("self", "cust", "arc", "fam", "com", "res", "edu", "pub")
MIB = 1 << 20
SHOWN_INLINE = ("audio/", "video/", "image/png", "image/jpeg", "image/webp")
DOWNLOAD = "application/octet-stream"
TALK = ("km", "vi", "cja", "en", "fr")
TALK_FIELDS = ("captured", "place", "language", "interpreter", "witness", "evidence_note")


def _day(instant: datetime) -> str:
    return instant.astimezone(ZONE).date().isoformat()


def _named(looking: Looking, person_id: str, number: int) -> str:
    """How staff with the consent duty call her."""
    name = consenting.staff_name(looking, site().fields, person_id)
    return name or str(gettext("Narrator %(number)s", number=number))


def _chosen(values: dict[str, Any]) -> tuple[Level, frozenset[Door]]:
    """The level and the doors ticked; doors without a level stand on CLOSED."""
    if not values["level"] and not values["door"]:
        raise FormInvalid({"level": gettext("Choose who may hear it. Silence is no; nothing was saved.")})
    ticked = frozenset(Door(door) for door in values["door"])
    return (Level.CLOSED if ticked else Level(values["level"])), ticked


def _cards(level: Level, doors: frozenset[Door]) -> tuple[Card, ...]:
    return tuple(card for card in cards_asked(level, doors) if request.form.get(f"card-{card}") == "yes")


def _new_consent(testimony_id: str, collection_id: str, person_id: str, values: dict[str, Any]) -> NewConsent:
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
        raise FormInvalid({"after_death": gettext("Say to whom, and after how many years. Nothing was saved.")})
    return f"open:{level}:{int(years)}"


@consent.route("/<testimony_id>/consent", methods=["GET", "POST"])
def page(testimony_id: str) -> ResponseReturnValue:
    actor = staff()
    do = request.form.get("do", "")
    errors: dict[str, str] = {}
    read_back: ReadBack | None = None
    with site().gate.looking(actor, testimony_id) as looking:
        worked = reading.testimony_of_duty(looking.session, actor, testimony_id)
        narrators = reviewing.narrators(looking, testimony_id)
    person_id = request.values.get("person", "") or (narrators[0] if narrators else "")
    if person_id not in narrators:
        raise NotFound
    if do in {"read-back", "save"}:
        try:
            values = load(ConsentFormSchema, request.form, ignored=("card-",))
            new = _new_consent(testimony_id, worked.collection_id, person_id, values)
            if do == "save":
                with once.this_form() as sending:
                    if not sending.answer:
                        site().consents.record(actor, new)
                        sending.answer = url_for(
                            "consent.page", testimony_id=testimony_id, person=person_id, saved=1
                        )
                return redirect(sending.answer, 303)
            read_back = _read_back(new, values)
        except SaksiError as error:
            errors = dict(error.fields) if isinstance(error, FormInvalid) else {"level": error.message}
    with site().gate.looking(actor, testimony_id) as looking:
        shown = _page(looking, testimony_id, person_id, narrators, errors, read_back)
    body = render_template("desk/consent.html", page=shown, chrome=chrome_for(actor))
    return (body, 400) if errors else body


def _read_back(new: NewConsent, values: dict[str, Any]) -> ReadBack:
    """What will be read to her before it is saved. The evidence is sealed now, so that it need not be sent twice."""
    direction, effective = site().consents.direction_of(new)
    uploaded = request.files.get("evidence")
    with in_scratch(uploaded) as path:
        if path is not None and uploaded is not None:
            evidence = EvidenceFile(path=path, mime=uploaded.mimetype)
            values["evidence_id"] = site().evidence.keep(staff(), new.testimony_id, new.method, evidence)
    family = {Door.FAMILY} if new.family is Answer.YES else set()
    opened = doors_of(new.level, {*new.doors, *family})
    doors = {"self", "cust", *({"arc"} if opened else ()), *(str(door) for door in opened)}
    kept = [
        Hidden(name=name, value=str(value))
        for name, value in values.items()
        if isinstance(value, str) and value
    ]
    kept += [Hidden(name="door", value=str(door)) for door in new.doors]
    kept += [Hidden(name=f"card-{card}", value="yes") for card in new.cards]
    kept += [] if values.get("person") else [Hidden(name="person", value=new.person_id)]
    return ReadBack(
        direction=Direction(direction),
        level=str(new.level),
        doors=tuple(d for d in ORDER if d in doors),
        outside=tuple(OUTSIDE[key] for key in who_stays_outside(new.level, {*new.doors, *family})),
        cards=tuple(str(c) for c in new.cards),
        effective=_day(effective),
        needs_second=direction != "narrower",
        action=url_for("consent.page", testimony_id=new.testimony_id),
        kept=(once.fresh(), *kept),
    )


def _page(
    looking: Looking,
    testimony_id: str,
    person_id: str,
    narrators: tuple[str, ...],
    errors: dict[str, str],
    read_back: ReadBack | None,
) -> ConsentPage:
    actor = staff()
    row = reading.testimony_of_duty(looking.session, actor, testimony_id)
    records = consenting.records(looking, testimony_id, person_id)
    current = next((record for record in records if record.in_force), None)
    newest = records[-1] if records else None
    waiting = newest if newest is not None and not newest.in_force else None
    duty = actor.has_duty("consent", row.collection_id)
    return ConsentPage(
        code=row.code,
        title=title_of(looking, testimony_id),
        narrator=Text(text=_named(looking, person_id, narrators.index(person_id) + 1)),
        narrators=tuple(
            ChoiceLink(
                label=_named(looking, each, number),
                current=each == person_id,
                href=url_for("consent.page", testimony_id=testimony_id, person=each),
            )
            for number, each in enumerate(narrators, start=1)
        ),
        state=row.state,
        level_now=None if current is None else current.level,
        history=tuple(_entry(testimony_id, record) for record in records),
        pending=None if waiting is None else _pending(testimony_id, waiting, actor.id, duty=duty),
        form=_form(testimony_id, person_id, errors) if duty and read_back is None else None,
        read_back=read_back,
        close_action=url_for("consent.close", testimony_id=testimony_id) if duty else None,
        card_href=url_for("consent.card", testimony_id=testimony_id, person=person_id) if duty else None,
        saved=gettext("Recorded.") if request.args.get("saved") else None,
        back=Link(label=gettext("Desk"), href=url_for("desk.index")),
    )


def _entry(testimony_id: str, record: Recorded) -> ConsentEntry:
    return ConsentEntry(
        version=record.version,
        captured=_day(record.captured_at),
        effective=_day(record.effective_at),
        status=record.status,
        level=record.level or None,
        cards=record.cards,
        method=METHOD_WORDS[record.method](),
        recorded_by=record.recorded_by,
        in_force=record.in_force,
        evidence_href=None
        if record.evidence_id is None
        else url_for("consent.evidence", testimony_id=testimony_id, evidence_id=record.evidence_id),
    )


def _pending(testimony_id: str, record: Recorded, actor_id: str, *, duty: bool) -> Pending | None:
    if record.direction == "narrower":
        return None
    level, doors = Level(record.level), frozenset(Door(door) for door in record.doors)
    opened = doors_of(level, doors)
    may = duty and record.status == "given" and record.recorded_by_id != actor_id
    confirm_action = url_for("consent.confirm", testimony_id=testimony_id, record_id=record.id)
    return Pending(
        direction=Direction(record.direction),
        level=record.level,
        cards=record.cards,
        recorded_by=record.recorded_by,
        recorded_on=_day(record.captured_at),
        effective=_day(record.effective_at),
        opens=tuple(str(door) for door in Door if door in opened),
        shuts=tuple(OUTSIDE[key] for key in who_stays_outside(level, doors)),
        own_act=record.recorded_by_id == actor_id,
        incomplete=record.status == "requested",
        confirm_action=confirm_action if may else None,
        confirmed_by=record.confirmed_by,
    )


def _form(testimony_id: str, person_id: str, errors: dict[str, str]) -> ConsentForm:
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
        earliest=_day(end_of(earliest_opening_day(site().clock.now()))),
        max_bytes=most_bytes(),
        errors=tuple(FieldError(field=name, message=why) for name, why in errors.items()),
    )


@consent.post("/<testimony_id>/consent/<record_id>")
def confirm(testimony_id: str, record_id: str) -> ResponseReturnValue:
    actor = staff()
    with site().gate.looking(actor, testimony_id) as looking:
        reading.testimony_of_duty(looking.session, actor, testimony_id)
        person_id = consenting.narrator_of(looking, testimony_id, record_id)
    if person_id is None:
        raise NotFound
    if request.form.get("do") == "confirm":
        site().consents.confirm(actor, record_id)
    return redirect(url_for("consent.page", testimony_id=testimony_id, person=person_id), 303)


@consent.get("/<testimony_id>/evidence/<evidence_id>")
def evidence(testimony_id: str, evidence_id: str) -> ResponseReturnValue:
    """The evidence as received, in a page that can do nothing; only for the consent duty."""
    opened = site().evidence.open(staff(), testimony_id, evidence_id)
    pieces = (opened.read(start, MIB) for start in range(0, opened.size_bytes, MIB))
    response = Response(pieces, mimetype=opened.mime if opened.mime.startswith(SHOWN_INLINE) else DOWNLOAD)
    response.headers["Content-Length"] = str(opened.size_bytes)
    return response


@consent.post("/<testimony_id>/close")
def close(testimony_id: str) -> ResponseReturnValue:
    """Close on behalf of the narrator, at once; logged as such."""
    site().consents.close_on_behalf(staff(), testimony_id)
    return redirect(url_for("desk.index"), 303)


@consent.route("/<testimony_id>/card", methods=["GET", "POST"])
def card(testimony_id: str) -> ResponseReturnValue:
    """The narrator's card. Its numbers are shown once, in the answer to the POST that makes it, and kept nowhere."""
    actor = staff()
    person_id = request.values.get("person", "")
    with site().gate.looking(actor, testimony_id) as looking:
        row = reading.testimony_of_duty(looking.session, actor, testimony_id)
        actor.need_duty("consent", row.collection_id)
        if person_id not in reviewing.narrators(looking, testimony_id):
            raise NotFound
    secret, code = None, ""
    if request.method == "POST":
        made = site().cards.make(actor, testimony_id, person_id)
        groups = tuple(made.secret[i : i + 4] for i in range(0, 16, 4))
        secret, code = CardSecret(groups=(groups[0], groups[1], groups[2], groups[3])), made.code
    shown = NarratorCardPage(
        code_groups=tuple(code[i : i + 4] for i in range(0, len(code), 4)),
        secret=secret,
        telephone=site().settings.telephone or None,
        hours=site().settings.help_hours or None,
        close_address=f"{site().settings.address}{url_for('family.close')}",
        back=Link(
            label=gettext("Consent"),
            href=url_for("consent.page", testimony_id=testimony_id, person=person_id),
        ),
        new_card_action=url_for("consent.card", testimony_id=testimony_id, person=person_id),
    )
    return render_template("desk/card.html", page=shown, chrome=chrome_for(actor))
