"""Segments: 5 to 30 s between pauses, every word once and in order, text as the engine spelled it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.segments import LONGEST_MS, divided
from ingest.transcribe import Heard
from ingest.values import Word


def said(
    text: str, *, start_ms: int = 0, step_ms: int = 400, pauses: dict[int, int] | None = None, **more: object
) -> Heard:
    """One draft: each word 300 ms long, a new one every 400 ms, longer pauses before the words named."""
    words, at = [], start_ms
    for i, word in enumerate(text.split()):
        at += (pauses or {}).get(i, 0)
        words.append(Word(start_ms=at, end_ms=at + step_ms - 100, text=word, probability=0.9))
        at += step_ms
    given = {"language": "en", "avg_logprob": -0.2, **more}
    return Heard(start_ms=words[0].start_ms, end_ms=words[-1].end_ms, text=text, words=tuple(words), **given)  # type: ignore[arg-type]


def words_of(segments: tuple[object, ...]) -> list[str]:
    return [w.text for s in segments for w in s.words]  # type: ignore[attr-defined]


def test_a_short_draft_stays_whole() -> None:
    draft = said("We walked for three days.")
    (segment,) = divided([draft])
    assert (segment.text, segment.start_ms, segment.end_ms) == (draft.text, draft.start_ms, draft.end_ms)
    assert segment.words == draft.words


def test_it_is_divided_at_the_pause_between_two_speakers() -> None:
    text = " ".join(["word"] * 40)
    first, second = divided([said(text, pauses={20: 900})])
    assert (len(first.words), len(second.words)) == (20, 20)


def test_a_pause_that_leaves_less_than_five_seconds_divides_nothing() -> None:
    assert len(divided([said(" ".join(["word"] * 30), pauses={3: 1500})])) == 1


def test_a_long_silence_divides_however_short_the_rest_is() -> None:
    assert [len(s.words) for s in divided([said(" ".join(["word"] * 30), pauses={3: 4000})])] == [3, 27]


def test_the_end_of_a_sentence_wins_over_a_longer_pause_in_it() -> None:
    text = " ".join(["word"] * 19 + ["end."] + ["word"] * 20)
    first, _ = divided([said(text, pauses={20: 400, 16: 800})])
    assert first.text.endswith("end.")


def test_speech_without_pauses_is_divided_before_thirty_seconds() -> None:
    segments = divided([said(" ".join(["word"] * 70)), said(" ".join(["word"] * 70), start_ms=28_000)])
    assert len(segments) > 1
    assert all(s.end_ms - s.start_ms <= LONGEST_MS for s in segments)


def test_two_windows_of_one_speaker_become_one_segment() -> None:
    (segment,) = divided([said("We walked"), said("for days.", start_ms=900, avg_logprob=-0.6)])
    assert segment.text == "We walked for days."
    assert segment.avg_logprob == -0.4


def test_another_language_begins_another_segment() -> None:
    segments = divided([said("We walked."), said("Nous marchions.", start_ms=1000, language="fr")])
    assert [(s.language, s.text) for s in segments] == [("en", "We walked."), ("fr", "Nous marchions.")]


def test_a_language_without_spaces_stays_without_them() -> None:
    words = tuple(
        Word(start_ms=i * 300, end_ms=i * 300 + 200, text=t, probability=1.0)
        for i, t in enumerate(["ខ្ញុំ", "បាន", "ដើរ"])
    )
    (segment,) = divided([Heard(start_ms=0, end_ms=800, text="ខ្ញុំបានដើរ", words=words, language="km")])
    assert segment.text == "ខ្ញុំបានដើរ"


def test_words_that_are_not_the_text_are_joined_by_spaces() -> None:
    draft = said("one two")
    odd = Heard(start_ms=0, end_ms=800, text="1 2", words=draft.words, language="en")
    assert divided([odd])[0].text == "one two"


def test_a_draft_without_word_times_stays_as_it_is() -> None:
    (segment,) = divided([Heard(start_ms=5, end_ms=90_000, text="All of it.", language="en")])
    assert (segment.start_ms, segment.end_ms, segment.text) == (5, 90_000, "All of it.")


def test_the_worst_measures_of_the_windows_are_kept() -> None:
    (segment,) = divided(
        [
            said("We walked", compression_ratio=2.6),
            said("on.", start_ms=900, compression_ratio=1.0, no_speech_prob=0.9),
        ]
    )
    assert (segment.compression_ratio, segment.no_speech_prob) == (2.6, 0.9)


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.integers(1, 800), st.sampled_from(["a", "b.", "c?"])),
        min_size=1,
        max_size=200,
    )
)
def test_every_word_once_in_order_and_none_too_long(spoken: list[tuple[int, int, str]]) -> None:
    words, at = [], 0
    for pause, length, text in spoken:
        words.append(Word(start_ms=at + pause, end_ms=at + pause + length, text=text, probability=1.0))
        at += pause + length
    draft = Heard(
        start_ms=words[0].start_ms,
        end_ms=at,
        text=" ".join(w.text for w in words),
        words=tuple(words),
        language="en",
    )
    segments = divided([draft])
    assert [w for s in segments for w in s.words] == words
    assert " ".join(s.text for s in segments) == draft.text
    assert all(s.end_ms - s.start_ms <= LONGEST_MS for s in segments)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(segments))
