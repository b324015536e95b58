"""The words beside the sound: names are marked and checked, the revision is published. One plain screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from archive.errors import FormInvalid, SaksiError
from archive.gate import Looking
from archive.reading import desk as reading
from archive.reading import reviewing, words
from archive.reading.reviewing import Draft, Mark
from archive.services.transcripts import MarkedName
from archive.web.chrome import chrome_for
from archive.web.pages.desk import title_of
from archive.web.pages.playing import sound_player
from archive.web.site import site, staff
from archive.web.viewmodels import (
    Choice,
    FieldError,
    Link,
    MaskToHear,
    NameMark,
    ReviewPage,
    ReviewSegment,
    Ticked,
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


@review.route("/<testimony_id>/words", methods=["GET", "POST"])
def page(testimony_id: str) -> ResponseReturnValue:
    actor = staff()
    errors: tuple[FieldError, ...] = ()
    with site().gate.looking(actor, testimony_id) as looking:
        reading.testimony_of_staff(looking.session, actor, testimony_id, looking.now)
        draft = reviewing.draft(looking, testimony_id, request.values.get("revision", ""))
        lines = words.shown(words.read(looking, site().fields, draft.revision_id))
        narrators = reviewing.narrators(looking, testimony_id)
    if request.method == "POST":
        try:
            _take(testimony_id, draft, lines, narrators)
        except SaksiError as error:
            fields = error.fields if isinstance(error, FormInvalid) else {"names_checked": error.message}
            errors = tuple(FieldError(field=name, message=why) for name, why in fields.items())
        else:
            return redirect(
                url_for("review.page", testimony_id=testimony_id, revision=draft.revision_id, saved=1), 303
            )
    with site().gate.looking(actor, testimony_id) as looking:
        shown = _page(looking, testimony_id, draft, lines, narrators, errors)
    body = render_template("desk/review.html", page=shown, chrome=chrome_for(actor))
    return (body, 400) if errors else body


def _page(
    looking: Looking,
    testimony_id: str,
    draft: Draft,
    lines: Sequence[words.Shown],
    narrators: Sequence[str],
    errors: tuple[FieldError, ...],
) -> ReviewPage:
    actor = staff()
    worked = reading.testimony_of_staff(looking.session, actor, testimony_id, looking.now)
    marks = reviewing.marks(looking, draft.revision_id)
    at = request.args.get("t", "0")
    start_ms = int(float(at) * 1000) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", at) else 0
    checked_at = draft.names_checked_at
    return ReviewPage(
        code=worked.code,
        title=title_of(looking, testimony_id),
        action=url_for("review.page", testimony_id=testimony_id),
        revision=draft.revision_id,
        made_by=gettext("by machine") if draft.kind == "machine" else gettext("by people"),
        language=language_name(draft.language) if draft.language else gettext("not known"),
        segments=tuple(_segments(lines, marks)),
        whose=_whose(len(narrators)),
        player=sound_player(site(), looking, draft.original_id, start_ms),
        errors=errors,
        saved=_saved(published=draft.published),
        published=draft.published,
        checked_by=draft.names_checked_by,
        checked_on=checked_at.date().isoformat() if checked_at else None,
        marks_total=len(marks),
        names_ticked=bool(errors) and request.form.get("names_checked") == "yes",
        entry_ticked=bool(errors) and request.form.get("entry_checked") == "yes",
        may_publish=not draft.published,
        masks=tuple(
            MaskToHear(
                address=url_for("media.play", rendition_id=rendition_id),
                confirm_action=url_for(
                    "desk.check_mask", testimony_id=testimony_id, rendition_id=rendition_id
                ),
            )
            for rendition_id in reviewing.unchecked_masks(looking, testimony_id)
        ),
        back=Link(label=gettext("Desk"), href=url_for("desk.index")),
    )


def _saved(*, published: bool) -> str | None:
    if not request.args.get("saved"):
        return None
    return str(gettext("Saved. These words are published.") if published else gettext("Saved."))


def _whose(narrators: int) -> tuple[Choice, ...]:
    """Whose name it can be. Unless somebody says so, none is a narrator's own: hers opens with her card."""
    if narrators == 1:
        own = [Choice(value="narrator", label=gettext("the narrator’s"))]
    else:
        own = [
            Choice(value=f"narrator-{n}", label=gettext("narrator %(number)s’s", number=n))
            for n in range(1, narrators + 1)
        ]
    return (*own, Choice(value="other", label=gettext("somebody else’s")))


def _ticked(segment_id: str) -> Ticked | None:
    """What was typed here; nothing once the marks were kept, or they would be made twice."""
    form = request.form
    if "marks_kept" in g or segment_id not in form.getlist("named"):
        return None
    return Ticked(
        whose=form.get(f"whose-{segment_id}", "other"),
        first=form.get(f"first-{segment_id}", "")[:9],
        last=form.get(f"last-{segment_id}", "")[:9],
    )


def _segments(lines: Iterable[words.Shown], marks: Sequence[Mark]) -> Iterable[ReviewSegment]:
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
            ticked=_ticked(line.segment_id),
        )


def _mark(mark: Mark, line: words.Shown, spans: Sequence[tuple[int, int]]) -> NameMark:
    touched = [
        number
        for number, (start, end) in enumerate(spans, start=1)
        if start < mark.end_char and mark.start_char < end
    ]
    whole = len(touched) == len(spans) or not touched
    return NameMark(
        mark_id=mark.id,
        whose=Whose.NARRATOR if mark.person_class == "narrator" else Whose.OTHER,
        first_word=None if whole else touched[0],
        last_word=None if whole else touched[-1],
        words=line.text[mark.start_char : mark.end_char],
        unmarked=mark.id in request.form.getlist("unmark"),
    )


def _take(testimony_id: str, draft: Draft, lines: Sequence[words.Shown], narrators: Sequence[str]) -> None:
    """Keep the marks, then publish if that was asked for.

    :raises FormInvalid: if a word number is wrong, or nobody said that all was heard.
    """
    form, actor = request.form, staff()
    by_id = {line.segment_id: line for line in lines}
    marks = [_marked(by_id[i], narrators) for i in form.getlist("named") if i in by_id]
    site().transcripts.mark_names(actor, draft.revision_id, marks, unmark=form.getlist("unmark"))
    g.marks_kept = True
    if form.get("do") != "publish":
        return
    if form.get("names_checked") != "yes":
        unsaid = gettext(
            "Tick this when you have heard all of it. The marks are kept; nothing was published."
        )
        raise FormInvalid({"names_checked": unsaid})
    only = narrators[0] if len(narrators) == 1 else None
    speakers = {line.segment_id: only for line in lines if only and not line.speaker}
    site().transcripts.publish(actor, draft.revision_id, (), speakers=speakers)
    if form.get("entry_checked") == "yes":
        site().limits.found_free(actor, testimony_id, ["entry"], limit_id=None)


def _marked(line: words.Shown, narrators: Sequence[str]) -> MarkedName:
    form, segment_id = request.form, line.segment_id
    spans = word_spans(line.text)
    first, last = form.get(f"first-{segment_id}", "").strip(), form.get(f"last-{segment_id}", "").strip()
    start, end = 0, len(line.text)
    if first or last:
        low, high = first or last, last or first
        if not (low.isdecimal() and high.isdecimal() and 1 <= int(low) <= int(high) <= len(spans)):
            wrong = gettext(
                "Give word numbers from 1 to %(last)s, the first before the last.", last=len(spans)
            )
            raise FormInvalid({f"named-{segment_id}": wrong})
        start, end = spans[int(low) - 1][0], spans[int(high) - 1][1]
    named = {f"narrator-{n}": person_id for n, person_id in enumerate(narrators, start=1)}
    if len(narrators) == 1:
        named["narrator"] = narrators[0]
    own = named.get(form.get(f"whose-{segment_id}", "other"))
    return MarkedName(
        segment_id=segment_id,
        start_char=start,
        end_char=end,
        person_id=own,
        person_class="narrator" if own else "unknown",
    )
