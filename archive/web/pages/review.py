"""The machine's words beside the sound: names are marked, the names check is said, the revision is published. Plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from archive.db import models as m
from archive.errors import FormInvalid, NotFound, SaksiError
from archive.gate import Looking
from archive.reading import desk as reading
from archive.reading import words
from archive.services.renditions import LISTENING
from archive.services.transcripts import MarkedName
from archive.web.chrome import chrome_for
from archive.web.pages.desk import title_of
from archive.web.pages.home import wave_of
from archive.web.site import site, staff
from archive.web.viewmodels import (
    FieldError,
    Link,
    NameMark,
    Player,
    PlayerKind,
    ReviewPage,
    ReviewSegment,
    Source,
    Whose,
)
from archive.web.words import language_name, speaker
from search import khmer

review = Blueprint("review", __name__, url_prefix="/desk")
FLAGS: dict[str, Callable[[], str]] = {
    "rejected_script": lambda: gettext("Not written in its own letters: no usable machine words."),
    "low_confidence": lambda: gettext("The machine was unsure."),
    "repeated": lambda: gettext("The same words again and again: listen closely."),
    "over_silence": lambda: gettext("Words over silence: is anything said here?"),
}


def word_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where words stand in `text`: between spaces, and in Khmer as its words are cut."""
    spans: list[tuple[int, int]] = []
    for found in re.finditer(r"\S+", text):
        if khmer.is_khmer(found.group()):
            spans.extend((word.start, word.end) for word in khmer.words(found.group(), found.start()))
        else:
            spans.append((found.start(), found.end()))
    return tuple(spans)


def _track(looking: Looking, testimony_id: str, wanted: str) -> tuple[m.Original, m.Revision, m.Transcript]:
    """The revision asked for, else the first that is not published yet, else the newest."""
    rows = looking.session.execute(
        select(m.Revision, m.Transcript)
        .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
        .where(
            m.Transcript.testimony_id == testimony_id,
            m.Revision.complete_at.is_not(None),
            m.Revision.withdrawn_at.is_(None),
        )
        .order_by(m.Revision.published_at.is_not(None), m.Revision.made_at)
    ).all()
    chosen = next((row for row in rows if row[0].id == wanted), rows[0] if rows and not wanted else None)
    if chosen is None:
        raise NotFound
    revision, transcript = chosen
    return looking.session.get_one(m.Original, transcript.original_id), revision, transcript


@review.route("/<testimony_id>/words", methods=["GET", "POST"])
def page(testimony_id: str) -> ResponseReturnValue:
    actor = staff()
    errors: tuple[FieldError, ...] = ()
    with site().gate.looking(actor, testimony_id) as looking:
        row = reading.testimony_of_staff(looking.session, actor, testimony_id, looking.now)
        original, revision, transcript = _track(looking, testimony_id, request.values.get("revision", ""))
        lines = [
            x for x in words.read(looking, site().fields, original, revision) if isinstance(x, words.Shown)
        ]
        narrators = [r.person_id for r in _narrators(looking, testimony_id)]
        if request.method == "POST":
            try:
                _publish(testimony_id, revision, lines, narrators)
            except SaksiError as error:
                fields = error.fields if isinstance(error, FormInvalid) else {"names_checked": error.message}
                errors = tuple(FieldError(field=name, message=why) for name, why in fields.items())
            else:
                return redirect(url_for("review.page", testimony_id=testimony_id, revision=revision.id), 303)
        shown = ReviewPage(
            code=row.code,
            title=title_of(looking, testimony_id),
            action=url_for("review.page", testimony_id=testimony_id),
            revision=revision.id,
            made_by=gettext("by machine") if transcript.kind == "machine" else gettext("by people"),
            language=language_name(transcript.language) if transcript.language else gettext("not known"),
            segments=tuple(_segments(looking, revision, lines)),
            player=_player(looking, original),
            errors=errors,
            published=revision.published_at is not None,
            checked_by=_name_of(looking, revision.names_checked_by),
            checked_on=revision.names_checked_at.date().isoformat() if revision.names_checked_at else None,
            marks_total=len(_marks(looking, revision)),
            may_publish=revision.published_at is None,
            back=Link(label=gettext("Desk"), href=url_for("desk.index")),
        )
    body = render_template(
        "desk/review.html", page=shown, chrome=chrome_for(actor), masks=_unchecked(testimony_id)
    )
    return (body, 400) if errors else body


def _unchecked(testimony_id: str) -> tuple[tuple[str, str], ...]:
    """Masked copies that wait for a second person's ear: the address that plays one, and the one that says yes."""
    with site().database.snapshot() as look:
        rows = look.scalars(
            select(m.Rendition).where(
                m.Rendition.testimony_id == testimony_id,
                m.Rendition.mask != "",
                m.Rendition.checked_at.is_(None),
                m.Rendition.replaced_at.is_(None),
                m.Rendition.profile.in_(("listening", "video240")),
            )
        ).all()
    return tuple(
        (
            url_for("media.play", rendition_id=r.id),
            url_for("desk.check_mask", testimony_id=testimony_id, rendition_id=r.id),
        )
        for r in rows
    )


def _narrators(looking: Looking, testimony_id: str) -> Sequence[m.Role]:
    return looking.session.scalars(
        select(m.Role)
        .where(m.Role.testimony_id == testimony_id, m.Role.role == "narrator", m.Role.unlinked_at.is_(None))
        .order_by(m.Role.ordinal)
    ).all()


def _name_of(looking: Looking, account_id: str | None) -> str | None:
    account = looking.session.get(m.Account, account_id) if account_id else None
    return account.display if account else None


def _marks(looking: Looking, revision: m.Revision) -> Sequence[m.NameMark]:
    return looking.session.scalars(select(m.NameMark).where(m.NameMark.revision_id == revision.id)).all()


def _segments(
    looking: Looking, revision: m.Revision, lines: Iterable[words.Shown]
) -> Iterable[ReviewSegment]:
    marks = _marks(looking, revision)
    for line in lines:
        spans = word_spans(line.text)
        yield ReviewSegment(
            segment_id=line.segment_id,
            words=tuple(line.text[start:end] for start, end in spans),
            lang=line.language or "und",
            start_ms=line.start_ms,
            end_ms=line.end_ms,
            href=None if line.start_ms is None else f"?t={line.start_ms / 1000:g}#s{line.segment_id}",
            speaker=speaker(line.speaker, None),
            marks=tuple(_mark(mark, line, spans) for mark in marks if mark.segment_id == line.segment_id),
            flags=tuple(FLAGS[flag]() for flag in line.flags if flag in FLAGS),
        )


def _mark(mark: m.NameMark, line: words.Shown, spans: Sequence[tuple[int, int]]) -> NameMark:
    touched = [
        i for i, (start, end) in enumerate(spans, start=1) if start < mark.end_char and mark.start_char < end
    ]
    whole = len(touched) == len(spans)
    return NameMark(
        mark_id=mark.id,
        whose=Whose.NARRATOR if mark.person_class == "narrator" else Whose.OTHER,
        first_word=None if whole or not touched else touched[0],
        last_word=None if whole or not touched else touched[-1],
        words=line.text[mark.start_char : mark.end_char],
    )


def _player(looking: Looking, original: m.Original) -> Player | None:
    chosen = site().media.choose(looking, original, LISTENING)
    if chosen is None:
        return None
    at = request.args.get("t", "0")
    start_ms = int(float(at) * 1000) if at.replace(".", "", 1).isdecimal() else 0
    return Player(
        kind=PlayerKind.SOUND,
        sources=(
            Source(
                address=url_for("media.play", rendition_id=chosen.file.rendition_id),
                mime=chosen.file.mime,
                size_bytes=chosen.file.size_bytes,
            ),
        ),
        duration_ms=chosen.file.length_ms,
        start_ms=start_ms,
        wave_svg=wave_of(site(), looking, original, bars=160, played_ms=start_ms),
    )


def _publish(
    testimony_id: str, revision: m.Revision, lines: Sequence[words.Shown], narrators: Sequence[str]
) -> None:
    """Keep the marks, then publish if that was asked for. :raises FormInvalid: if a word number is wrong, or unsaid."""
    form = request.form
    by_id = {line.segment_id: line for line in lines}
    marks = [_marked(by_id[i], narrators) for i in form.getlist("named") if i in by_id]
    site().transcripts.mark_names(staff(), revision.id, marks, unmark=form.getlist("unmark"))
    if form.get("do") != "publish":
        return
    if form.get("names_checked") != "yes":
        raise FormInvalid(
            {
                "names_checked": gettext(
                    "Tick this when you have heard all of it. The marks are kept; nothing was published."
                )
            }
        )
    only = narrators[0] if len(narrators) == 1 else None
    speakers = {line.segment_id: only for line in lines if only and not line.speaker}
    site().transcripts.publish(staff(), revision.id, (), speakers=speakers)
    if form.get("entry_checked") == "yes":
        site().limits.found_free(staff(), testimony_id, ["entry"], limit_id=None)


def _marked(line: words.Shown, narrators: Sequence[str]) -> MarkedName:
    form, segment_id = request.form, line.segment_id
    spans = word_spans(line.text)
    first, last = form.get(f"first-{segment_id}", "").strip(), form.get(f"last-{segment_id}", "").strip()
    start, end = 0, len(line.text)
    if first or last:
        low, high = first or last, last or first
        if not (low.isdecimal() and high.isdecimal() and 1 <= int(low) <= int(high) <= len(spans)):
            raise FormInvalid(
                {
                    f"named-{segment_id}": gettext(
                        "Give word numbers from 1 to %(last)s, the first before the last.", last=len(spans)
                    )
                }
            )
        start, end = spans[int(low) - 1][0], spans[int(high) - 1][1]
    if form.get(f"whose-{segment_id}") == "other":
        return MarkedName(segment_id=segment_id, start_char=start, end_char=end)
    return MarkedName(
        segment_id=segment_id,
        start_char=start,
        end_char=end,
        person_id=narrators[0] if len(narrators) == 1 else None,
        person_class="narrator" if len(narrators) == 1 else "unknown",
    )
