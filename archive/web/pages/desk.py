"""The desk: the list of testimonies, how far their files have come, starting a step again, checking a masked copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from archive.gate import Looking
from archive.reading import catalogue
from archive.reading import desk as reading
from archive.reading.desk import DeskEntry, OriginalNow, StepNow
from archive.steps import kinds
from archive.web.chrome import chrome_for
from archive.web.pages.found import sentences
from archive.web.site import site, staff
from archive.web.viewmodels import (
    DeskPage,
    DeskRow,
    Link,
    OriginalProgress,
    Pagination,
    ProcessingPage,
    StepProgress,
    StepState,
    Text,
    Unit,
)
from archive.web.words import day_text, language_name
from consent.days import ZONE
from consent.vocabulary import Action

desk = Blueprint("desk", __name__, url_prefix="/desk")
PAGE = 50
REFRESH_S = 5
LONG = timedelta(minutes=10)
STATES = {
    "done": StepState.DONE,
    "running": StepState.RUNNING,
    "failed": StepState.FAILED,
    "ended": StepState.SKIPPED,
    "needs_scratch": StepState.NEEDS_SCRATCH,
}
DUTY_WORDS: dict[str, Callable[[], str]] = {
    "intake": lambda: gettext("taking in"),
    "describe": lambda: gettext("describing"),
    "transcribe": lambda: gettext("transcripts"),
    "translate": lambda: gettext("translating"),
    "tag": lambda: gettext("tagging"),
    "consent": lambda: gettext("consent"),
    "cases": lambda: gettext("requests"),
    "custodian": lambda: gettext("keeping the keys"),
}
UNITS = {
    kinds.TRANSCRIBE: Unit.MILLISECONDS,
    kinds.LISTENING_COPY: Unit.MILLISECONDS,
    kinds.VIDEO_240P: Unit.MILLISECONDS,
}


def title_of(looking: Looking, testimony_id: str) -> Text | None:
    """The title, for someone who may see the entry described for care."""
    if looking.decide(Action.DESCRIBE, looking.policies.entry(testimony_id)).denied:
        return None
    entry = catalogue.entry(looking, site().fields, testimony_id)
    return Text(text=entry.titles[0].text, lang=entry.titles[0].language) if entry.titles else None


def _languages(looking: Looking, testimony_id: str) -> tuple[str, ...]:
    if looking.decide(Action.DESCRIBE, looking.policies.entry(testimony_id)).denied:
        return ()
    return tuple(
        language_name(code) for code in catalogue.entry(looking, site().fields, testimony_id).languages
    )


def _next_step(entry: DeskEntry) -> Link | None:
    if entry.failed and entry.assigned:
        return Link(label=gettext("See what stopped"), href=url_for("desk.processing", testimony_id=entry.id))
    if entry.running and entry.assigned and not entry.draft_revision:
        return Link(label=gettext("Watch it work"), href=url_for("desk.processing", testimony_id=entry.id))
    if entry.draft_revision and not entry.published and entry.assigned:
        return Link(label=gettext("Hear it, mark names"), href=url_for("review.page", testimony_id=entry.id))
    if entry.unchecked_mask and entry.assigned:
        return Link(label=gettext("Hear the masked copy"), href=url_for("review.page", testimony_id=entry.id))
    if entry.to_confirm and entry.may_consent:
        return _consent_of(gettext("Confirm consent"), entry, entry.to_confirm)
    if entry.consent_missing and entry.may_consent:
        return _consent_of(gettext("Record consent"), entry, entry.consent_missing)
    return None


def _consent_of(label: str, entry: DeskEntry, person_id: str) -> Link:
    return Link(label=label, href=url_for("consent.page", testimony_id=entry.id, person=person_id))


def _row(entry: DeskEntry) -> DeskRow:
    links = []
    if entry.assigned:
        links.append(Link(label=gettext("Files"), href=url_for("desk.processing", testimony_id=entry.id)))
        if entry.draft_revision:
            links.append(Link(label=gettext("Words"), href=url_for("review.page", testimony_id=entry.id)))
        links.append(Link(label=gettext("Page"), href=url_for("public.testimony", testimony_id=entry.id)))
    if entry.may_consent:
        links.append(Link(label=gettext("Consent"), href=url_for("consent.page", testimony_id=entry.id)))
    with site().gate.looking(staff(), entry.id) as looking:
        title, languages = title_of(looking, entry.id), _languages(looking, entry.id)
    return DeskRow(
        code=entry.code,
        title=title,
        languages=languages,
        state=entry.state,
        since=day_text(entry.since),
        level=entry.level,
        links=tuple(links),
        next_step=_next_step(entry),
        waits_for_second=entry.waits_for_second,
        opens_on=None if entry.opens_at is None else day_text(entry.opens_at),
    )


@desk.get("")
def index() -> ResponseReturnValue:
    someone = staff()
    entries = reading.entries(site().database, someone)
    pages = max(1, -(-len(entries) // PAGE))
    text = request.args.get("page", "1")
    number = min(pages, max(1, int(text))) if text.isdecimal() and len(text) < 6 else 1
    shown = entries[(number - 1) * PAGE : number * PAGE]
    page = DeskPage(
        rows=tuple(_row(entry) for entry in shown),
        duties=tuple(
            dict.fromkeys(DUTY_WORDS[duty]() for _, duty in sorted(someone.duties, key=lambda d: d[1]))
        ),
        new_href=url_for("deposit.new") if any(duty == "intake" for _, duty in someone.duties) else None,
        pagination=Pagination(
            number=number,
            count=pages,
            previous_href=url_for("desk.index", page=number - 1) if number > 1 else None,
            next_href=url_for("desk.index", page=number + 1) if number < pages else None,
        ),
    )
    return render_template("desk/index.html", page=page, chrome=chrome_for(someone))


@desk.get("/<testimony_id>/files")
def processing(testimony_id: str) -> ResponseReturnValue:
    actor = staff()
    now = site().clock.now()
    with site().gate.looking(actor, testimony_id) as looking:
        worked = reading.testimony_of_staff(looking.session, actor, testimony_id, now)
        originals = reading.originals(looking.session, site().fields, testimony_id)
        title = title_of(looking, testimony_id)
    progress = tuple(_progress(testimony_id, original, now) for original in originals)
    moving = {StepState.RUNNING, StepState.WAITING, StepState.NEEDS_SCRATCH}
    moves = any(step.state in moving for original in progress for step in original.steps)
    here = url_for("desk.processing", testimony_id=testimony_id)
    consent_href = url_for("consent.page", testimony_id=testimony_id)
    page = ProcessingPage(
        code=worked.code,
        title=title,
        looked_at=now.astimezone(ZONE).strftime("%H:%M:%S"),
        originals=progress,
        self_href=here,
        refresh_s=REFRESH_S if moves and request.args.get("still") != "1" else None,
        stop_href=f"{here}?still=1",
        start_href=here,
        add_file_href=url_for("deposit.add_file", testimony_id=testimony_id),
        consent_href=consent_href if actor.has_duty("consent", worked.collection_id) else None,
        back=Link(label=gettext("Desk"), href=url_for("desk.index")),
    )
    return render_template("desk/processing.html", page=page, chrome=chrome_for(actor))


def _progress(testimony_id: str, original: OriginalNow, now: datetime) -> OriginalProgress:
    steps = [StepProgress(name="store", state=StepState.DONE)]
    steps += [_step(testimony_id, step, now) for step in original.steps]
    written = any(step.kind == kinds.TRANSCRIBE and step.state == "done" for step in original.steps)
    review_href = url_for("review.page", testimony_id=testimony_id)
    return OriginalProgress(
        number=original.ordinal,
        kind=original.kind,
        size_bytes=original.size_bytes,
        duration_ms=original.length_ms,
        name=original.name,
        findings=sentences(original),
        steps=tuple(steps),
        next_step=Link(label=gettext("Hear it, mark names"), href=review_href) if written else None,
    )


def _step(testimony_id: str, step: StepNow, now: datetime) -> StepProgress:
    state = STATES.get(step.state, StepState.WAITING)
    again = url_for("desk.retry", testimony_id=testimony_id, step_id=step.id)
    return StepProgress(
        name=step.kind,
        state=state,
        done=step.progress or None,
        total=step.total or None,
        unit=UNITS.get(step.kind, Unit.PIECES),
        longer_than_usual=step.state == "running"
        and step.started_at is not None
        and now - step.started_at > LONG,
        message=step.reason or None,
        retry_action=again if state is StepState.FAILED else None,
    )


@desk.post("/<testimony_id>/steps/<step_id>/again")
def retry(testimony_id: str, step_id: str) -> ResponseReturnValue:
    site().work.start_again(staff(), testimony_id, step_id)
    return redirect(url_for("desk.processing", testimony_id=testimony_id), 303)


@desk.post("/<testimony_id>/masks/<rendition_id>")
def check_mask(testimony_id: str, rendition_id: str) -> ResponseReturnValue:
    site().renditions.check_mask(staff(), rendition_id)
    return redirect(url_for("review.page", testimony_id=testimony_id), 303)
