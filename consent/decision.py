"""The one function that answers: may this viewer do this with this part now?

Nothing is served, listed, counted or found without it. The steps are those of docs/consent.md, "The order
of a
decision", and carry their numbers. Pure: no clock, no store, no memory; whatever goes wrong, the answer is
no.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from consent.days import is_aware
from consent.grants import Weighed, weigh
from consent.limits import Cut, binding, cut_by_limits
from consent.names import cut_by_names
from consent.part import ERROR, UNKNOWN_WORD, Part, Source
from consent.question import SEE, Question
from consent.scope import FOREVER_MS, Span, WholeTestimony, clipped, joined, overlap
from consent.verdict import Decision
from consent.viewer import Viewer
from consent.vocabulary import ACTIONS, FEATURES, Action, Effect, Face, Feature, Medium, Purpose, State

LONGEST_VALIDITY = timedelta(seconds=300)
_NEVER = datetime.min.replace(tzinfo=UTC)
_GONE_STATES = frozenset({State.WITHDRAWN, State.DESTROYED})
_SHUT_STATES = frozenset({State.SEALED, State.DISPUTED})
_CARRIES_OFF = frozenset({Action.DOWNLOAD, Action.EMBED, Action.COMPUTE})
#: Refusals that asking cannot change: a wish to skip is not an invitation to ask.
_NO_INVITATION = frozenset(
    {
        "limit",
        "unaligned",
        "names_unchecked",
        "no_masked_rendition",
        "nothing_left",
        "redacted_copy_needed",
        "embed_not_public",
        "redaction",
    }
)


class _Outcome(NamedTuple):
    """An answer without its face."""

    effect: Effect
    reason: str
    spans: tuple[Span, ...] = ()
    fields: frozenset[str] = frozenset()


def decide(viewer: Viewer, action: Action | str, part: Part, now: datetime) -> Decision:
    """Decide whether `viewer` may do `action` with `part` at `now` (aware).

    Returns ALLOW, REDACT (with what must be left out) or DENY, and never raises: an unknown word is
    refused as
    "unknown_vocabulary", anything else that is wrong as "error", both with the face of what never existed.
    """
    try:
        return _decide(viewer, action, part, now)
    except Exception:  # noqa: BLE001  # whatever went wrong, the answer is no
        return _refusal(ERROR, _NEVER)


def _decide(viewer: Viewer, action: Action | str, part: Part, now: datetime) -> Decision:
    if not is_aware(now):
        return _refusal(ERROR, _NEVER)
    moment = now.astimezone(UTC)
    words = (part.flaw, part.testimony.flaw)
    if action not in ACTIONS or not viewer.known or UNKNOWN_WORD in words:
        return _refusal(UNKNOWN_WORD, moment)
    if part.medium is None:
        return _refusal(ERROR, moment)
    question = Question.ask(viewer, Action(action), part, moment, FEATURES)
    outcome = _answer(question)
    return Decision(
        effect=outcome.effect,
        reason=outcome.reason,
        face=_face(question, outcome),
        spans=outcome.spans,
        fields=outcome.fields,
        valid_until=_valid_until(question),
    )


def _answer(question: Question) -> _Outcome:
    """Steps 1 to 8 for one part; called again for each source of a derivative."""
    part, testimony = question.part, question.part.testimony
    assigned = bool(question.tasks)

    # 1: a question or a testimony in which something does not fit together
    if part.flaw is not None or testimony.flaw is not None or (testimony.unlinked and not assigned):
        return _denied(testimony.flaw or ERROR)
    if question.action is Action.FIND and part.index_version != testimony.index_version:
        return _denied("stale_index")

    # 2: states
    in_emergency = testimony.state in _SHUT_STATES and _glass_broken(question)
    if testimony.state != State.ACTIVE and not in_emergency:
        waiting = testimony.state in (State.DRAFT, State.THINKING)
        if not (waiting and assigned):
            return _denied(f"state:{testimony.state}")

    # 3: a derivative is never wider than what it was made from
    sources = _ask_sources(question)
    if sources.refused is not None:
        return _denied(sources.refused)

    # 4: every narrator's yes; 4a: an assignment needs none and sees what cards hide
    weighed = Weighed() if assigned else weigh(question)
    if weighed.refused is not None:
        return _denied(weighed.refused)

    # 5: anybody's no
    limited = cut_by_limits(question)
    if limited.refused is not None:
        return _denied(limited.refused)

    # 6: names, voices and faces that are hidden
    named = Cut() if assigned else cut_by_names(question, weighed)
    if named.refused is not None:
        return _denied(named.refused)
    if any(
        feature is not Feature.NAME and (who, feature) not in part.masks for who, feature in weighed.hidden
    ):
        return _denied("no_masked_rendition")

    # 7: what leaves must be whole; what is left must be worth giving
    spans, fields = joined(limited.spans + named.spans), sources.fields | limited.fields | named.fields
    refused = _cannot_leave(question, spans, fields) or _nothing_left(question, spans)
    if refused is not None:
        return _denied(refused)

    # 8: yes, or yes without what must be left out
    if spans or fields:
        return _Outcome(Effect.REDACT, "redacted", spans, fields)
    return _Outcome(Effect.ALLOW, "break_glass" if in_emergency else "assignment" if assigned else "granted")


def _denied(reason: str) -> _Outcome:
    return _Outcome(Effect.DENY, reason)


def _refusal(reason: str, until: datetime) -> Decision:
    return Decision(effect=Effect.DENY, reason=reason, face=Face.NOT_FOUND, valid_until=until)


def _glass_broken(question: Question) -> bool:
    """True if a custodian asks for care and two different custodians approved within the hour."""
    if "cust" not in question.facts or question.viewer.purpose != Purpose.CARE:
        return False
    testimony, now = question.part.testimony.id, question.now
    approvals = [each for each in question.viewer.approvals if each.testimony == testimony and each.live(now)]
    return len({approval.custodian for approval in approvals}) >= 2  # two people, never one


def _ask_sources(question: Question) -> Cut:
    """Step 3: every source must allow what is asked, what that needs, and what takes the source itself in."""
    fields: frozenset[str] = frozenset()
    for source in question.part.sources:
        part = _as_in(question.part, source)
        if part.flaw is not None:
            return Cut(refused=f"source_{part.flaw}")
        wanted = dict.fromkeys((*question.chain, *SEE[Medium(str(part.medium))]))
        for action in wanted:
            asked = Question.ask(question.viewer, action, part, question.now, question.of_sources)
            outcome = _answer(asked)
            if outcome.effect is Effect.DENY:
                return Cut(refused=f"source_{outcome.reason}")
            if outcome.spans:
                return Cut(refused="source_redaction")
            fields |= outcome.fields
    return Cut(fields=fields if question.about_entry else frozenset())


def _as_in(derivative: Part, source: Source) -> Part:
    """The source as the derivative shows it: with the derivative's masks and checked redactions, not its
    own."""
    same = derivative.testimony.id == source.part.testimony.id
    version = (
        derivative.index_version if same and source.part.index_version is None else source.part.index_version
    )
    return replace(
        source.part,
        masks=derivative.masks,
        checked_redactions=tuple(_carried_over(derivative, source)),
        index_version=version,
    )


def _carried_over(derivative: Part, source: Source) -> Iterator[Span]:
    """The derivative's checked redactions on the source's time line, as far as they lie in this source."""
    region, own, start = source.part.region, derivative.region, source.at_ms
    if region is None or own is None or start is None or region.end_ms >= FOREVER_MS:
        return
    shift = region.start_ms - start
    frame = Span(original=own.original, start_ms=start, end_ms=start + region.length_ms)
    for cut in derivative.checked_redactions:
        if overlap(cut, frame):
            kept = clipped(cut, frame)
            yield Span(original=region.original, start_ms=kept.start_ms + shift, end_ms=kept.end_ms + shift)


def _cannot_leave(question: Question, spans: tuple[Span, ...], fields: frozenset[str]) -> str | None:
    """Step 7: nobody can cut a copy after it left; and only what the public has may play elsewhere."""
    if question.action in _CARRIES_OFF and (spans or fields):
        return "redacted_copy_needed"
    if question.action is Action.EMBED:
        public = Viewer(purpose=Purpose.PERSONAL)
        for action in SEE[Medium(str(question.part.medium))]:
            asked = Question.ask(public, action, question.part, question.now, question.features)
            if _answer(asked).effect is not Effect.ALLOW:
                return "embed_not_public"
    return None


def _nothing_left(question: Question, spans: tuple[Span, ...]) -> str | None:
    """Step 7: what is nine tenths cut says only that something is hidden."""
    region = question.part.region
    if region is None:
        return None
    cut = sum(span.length_ms for span in spans)
    return "nothing_left" if 10 * cut >= 9 * region.length_ms else None


def _face(question: Question, outcome: _Outcome) -> Face:
    """What the viewer is told: as little as if nothing existed, unless its existence may be known."""
    if outcome.effect is not Effect.DENY:
        return Face.OK
    testimony = question.part.testimony
    exists = Question.ask(question.viewer, Action.EXIST, question.part, question.now, FEATURES)
    hushed = any(isinstance(limit.scope, WholeTestimony) for limit in binding(exists))
    if testimony.state in _GONE_STATES and testimony.tombstone_agreed and not hushed:
        return Face.GONE
    reason = outcome.reason
    while reason.startswith("source_"):
        reason = reason.removeprefix("source_")
    if reason == ERROR or _answer(exists).effect is Effect.DENY:
        return Face.NOT_FOUND
    if reason.startswith("condition:"):
        return Face.NEEDS
    return Face.NOT_AVAILABLE if reason in _NO_INVITATION else Face.ASK


def _valid_until(question: Question) -> datetime:
    """The next instant at which a rule, fact or record may change the answer, at most five minutes away."""
    until = question.now + LONGEST_VALIDITY
    for boundaries in (question.viewer.boundaries, *_all_boundaries(question.part)):
        index = bisect_right(boundaries, question.now)
        if index < len(boundaries):
            until = min(until, boundaries[index])
    return until.astimezone(UTC)


def _all_boundaries(part: Part) -> Iterator[tuple[datetime, ...]]:
    yield part.testimony.boundaries
    for source in part.sources:
        yield from _all_boundaries(source.part)
