"""S9: a narrator's consent: what was said until now, what is said today, the second person, the card."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from archive.errors import FormInvalid, NotFound, SaksiError
from archive.gate.gate import Looking
from archive.reading import consenting, reviewing
from archive.reading import desk as reading
from archive.reading.consenting import Recorded
from archive.services.consents import NewConsent
from archive.services.evidence import EvidenceFile
from archive.web import once
from archive.web.chrome import chrome_for
from archive.web.forms import ConsentFormSchema, load
from archive.web.pages.consent_form import METHOD_WORDS, form_of, new_consent
from archive.web.pages.desk import title_of
from archive.web.site import site, staff
from archive.web.uploads import in_scratch
from archive.web.viewmodels import (
    CardSecret,
    ChoiceLink,
    ConsentEntry,
    ConsentPage,
    Direction,
    Hidden,
    Link,
    NarratorCardPage,
    Pending,
    ReadBack,
    Text,
)
from archive.web.words import day_text
from consent.levels import doors_of, who_stays_outside
from consent.vocabulary import Answer, Door, Level

consent = Blueprint("consent", __name__, url_prefix="/desk")
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


def _named(looking: Looking, person_id: str, number: int) -> str:
    """How staff with the consent duty call her."""
    name = consenting.staff_name(looking, site().fields, person_id)
    return name or str(gettext("Narrator %(number)s", number=number))


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
            new = new_consent(testimony_id, worked.collection_id, person_id, values)
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
        effective=day_text(effective),
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
        form=form_of(testimony_id, person_id, errors) if duty and read_back is None else None,
        read_back=read_back,
        close_action=url_for("consent.close", testimony_id=testimony_id) if duty else None,
        card_href=url_for("consent.card", testimony_id=testimony_id, person=person_id) if duty else None,
        saved=gettext("Recorded.") if request.args.get("saved") else None,
        back=Link(label=gettext("Desk"), href=url_for("desk.index")),
    )


def _entry(testimony_id: str, record: Recorded) -> ConsentEntry:
    return ConsentEntry(
        version=record.version,
        captured=day_text(record.captured_at),
        effective=day_text(record.effective_at),
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
        recorded_on=day_text(record.captured_at),
        effective=day_text(record.effective_at),
        opens=tuple(str(door) for door in Door if door in opened),
        shuts=tuple(OUTSIDE[key] for key in who_stays_outside(level, doors)),
        own_act=record.recorded_by_id == actor_id,
        incomplete=record.status == "requested",
        confirm_action=confirm_action if may else None,
        confirmed_by=record.confirmed_by,
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
