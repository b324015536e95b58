"""Properties of decide() that hold for every testimony, viewer and instant.

Each takes a seed from Hypothesis and makes a random question of it; a failing seed is a failing example.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.decision import decide
from consent.question import CHAINS, SEE
from consent.rules import Decision, Part, Source, Testimony, Viewer
from consent.vocabulary import CATALOGUE_ACTIONS, Action, Effect, Face, Medium, State
from tests.worlds import NOW, limit, random_testimony, viewer
from tests.worlds_parts import cases, moment_of_asking, part

Question = tuple[Viewer, Action, Part, datetime]
seeds = st.integers(min_value=0, max_value=2**40)
many = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def questions(seed: int) -> Iterator[Question]:
    """Twelve questions about one testimony."""
    return islice(cases(Random(seed)), 12)


def gives_no_more(after: Decision, before: Decision) -> bool:
    """True if `after` shows nothing that `before` does not."""
    if after.effect is Effect.DENY:
        return True
    if before.effect is Effect.DENY or (after.effect is Effect.ALLOW and before.effect is Effect.REDACT):
        return False
    covered = all(
        any(
            o.original == s.original and o.start_ms <= s.start_ms and s.end_ms <= o.end_ms
            for o in after.spans
        )
        for s in before.spans
    )
    return covered and before.fields <= after.fields


def told_again(about: Part, as_told: Testimony) -> Part:
    """The same part of the testimony as it is now, through all it was made from."""
    sources = tuple(replace(source, part=told_again(source.part, as_told)) for source in about.sources)
    return replace(about, testimony=as_told, sources=sources)


@many
@given(seeds)
def test_c1_adding_a_limit_never_gives_more(seed: int) -> None:
    rng = Random(seed)
    for who, action, what, now in questions(seed):
        more = (*what.testimony.limits, limit(rng, what.testimony.originals))
        limited = told_again(what, replace(what.testimony, limits=more))
        assert gives_no_more(decide(who, action, limited, now), decide(who, action, what, now))


@many
@given(seeds)
def test_c2_removing_a_grant_never_gives_more(seed: int) -> None:
    rng = Random(seed)
    for who, action, what, now in questions(seed):
        records = list(what.testimony.consents)
        given_ones = [index for index, record in enumerate(records) if record.grants]
        if not given_ones:
            continue
        chosen = rng.choice(given_ones)
        left = list(records[chosen].grants)
        left.pop(rng.randrange(len(left)))
        records[chosen] = replace(records[chosen], grants=tuple(left))
        poorer = told_again(what, replace(what.testimony, consents=tuple(records)))
        assert gives_no_more(decide(who, action, poorer, now), decide(who, action, what, now))


@many
@given(seeds)
def test_c3_what_is_allowed_has_its_prerequisites(seed: int) -> None:
    for who, action, what, now in questions(seed):
        if decide(who, action, what, now).denied or what.medium is None:
            continue
        for needed in CHAINS[action, what.medium]:
            assert not decide(who, needed, what, now).denied


@many
@given(seeds)
def test_c4_any_state_but_active_denies_all_who_have_no_assignment_or_emergency(seed: int) -> None:
    for who, action, what, now in questions(seed):
        stranger = replace(who, assignments=(), approvals=())
        for state in set(State) - {State.ACTIVE}:
            shut = told_again(what, replace(what.testimony, state=state))
            assert decide(stranger, action, shut, now).denied


@many
@given(seeds)
def test_c5_not_found_is_said_exactly_where_existence_is_denied(seed: int) -> None:
    for who, action, what, now in questions(seed):
        found, exists = decide(who, action, what, now), decide(who, Action.EXIST, what, now)
        if found.face is Face.GONE or found.reason.removeprefix("source_").startswith("error"):
            continue
        assert (found.face is Face.NOT_FOUND) == exists.denied


@many
@given(seeds)
def test_c6_a_derivative_is_never_wider_than_its_source(seed: int) -> None:
    rng = Random(seed)
    about = random_testimony(rng, "t1")
    base = part(rng, about)
    while base.sources or base.medium in (None, Medium.ENTRY):
        base = part(rng, about)
    bare = replace(base, masks=frozenset(), checked_redactions=())
    made = replace(bare, derivative="d", sources=(Source(part=bare, at_ms=None),))
    for _ in range(12):
        who = viewer(rng)
        now = moment_of_asking(rng, who, made)
        for action in Action:
            if decide(who, action, made, now).denied:
                continue
            taking_in = () if action in CATALOGUE_ACTIONS else SEE[Medium(str(bare.medium))]
            for needed in {action, *taking_in}:
                inner = decide(who, needed, bare, now)
                assert not inner.denied
                assert not inner.spans


@many
@given(seeds)
def test_c9_the_answer_depends_on_nothing_but_the_question(seed: int) -> None:
    for (who, action, what, now), twin in zip(questions(seed), questions(seed), strict=True):
        first = decide(who, action, what, now)
        assert twin == (who, action, what, now)
        assert decide(*twin) == first == decide(who, str(action), what, now)


@many
@given(seeds)
def test_unlinking_a_narrator_whose_voice_or_record_remains_never_opens(seed: int) -> None:
    for who, action, what, now in questions(seed):
        for narrator in what.testimony.narrators:
            traces = {*what.testimony.voices, *(record.narrator for record in what.testimony.consents)}
            if narrator not in traces:
                continue
            left = tuple(each for each in what.testimony.narrators if each != narrator)
            unlinked = told_again(what, replace(what.testimony, narrators=left))
            assert decide(who, action, unlinked, now).denied


@many
@given(seeds)
def test_the_answer_is_the_same_until_it_ends(seed: int) -> None:
    rng = Random(seed)
    for who, action, what, now in questions(seed):
        found = decide(who, action, what, now)
        if found.reason in ("error", "unknown_vocabulary") and found.valid_until <= now:
            continue
        assert found.valid_until > now
        later = now + (found.valid_until - now) * rng.random()
        again = decide(who, action, what, min(later, found.valid_until - (found.valid_until - now) / 1000))
        assert replace(again, valid_until=found.valid_until) == found


@pytest.mark.parametrize("effect", list(Effect))
def test_the_random_questions_come_out_in_every_way(effect: Effect) -> None:
    found = [decide(*question).effect for question in islice(cases(Random(7)), 2_000)]
    assert found.count(effect) > 20
    assert NOW.tzinfo is not None
