"""Gates: each flag is earned by what it names and by nothing else; nothing is deleted."""

from __future__ import annotations

import pytest

from ingest.gates import Flag, judged, script_ratio, unworded, unworded_ms
from ingest.transcribe import SAMPLE_RATE
from ingest.values import SegmentDraft, Word
from ingest.voice import Stretch

SPEECH = (Stretch(start=0, end=20 * SAMPLE_RATE),)


def segment(text: str = "We walked for three days.", **more: object) -> SegmentDraft:
    given = {"start_ms": 1000, "end_ms": 4000, "text": text, "language": "en", **more}
    return SegmentDraft(**given)  # type: ignore[arg-type]


def flags(*segments: SegmentDraft, speech: tuple[Stretch, ...] = SPEECH) -> list[tuple[str, ...]]:
    return [s.flags for s in judged(segments, speech)]


def test_a_good_segment_earns_no_flag() -> None:
    assert flags(segment(avg_logprob=-0.2, compression_ratio=1.5, no_speech_prob=0.1)) == [()]


@pytest.mark.parametrize(
    ("flag", "given"),
    [
        (Flag.REJECTED_SCRIPT, {"text": "Pondrora bach nyom bantele", "language": "km"}),
        (Flag.REJECTED_SCRIPT, {"text": "ខ្ញុំបានដើរ", "language": "en"}),
        (Flag.REPETITIVE, {"compression_ratio": 2.41}),
        (Flag.UNSURE, {"avg_logprob": -1.01}),
        (Flag.NO_LETTERS, {"text": "..."}),
        (Flag.OVER_SILENCE, {"start_ms": 40_000, "end_ms": 42_000}),
    ],
)
def test_each_flag_is_earned_alone(flag: Flag, given: dict[str, object]) -> None:
    assert flags(segment(**given)) == [(flag.value,)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given", [{"compression_ratio": 2.4}, {"avg_logprob": -1.0}, {"no_speech_prob": 0.9}]
)
def test_at_the_bound_it_passes(given: dict[str, object]) -> None:
    assert flags(segment(**given)) == [()]


def test_no_speech_counts_only_where_the_words_are_improbable_too() -> None:
    assert flags(segment(avg_logprob=-1.5, no_speech_prob=0.7)) == [(Flag.UNSURE, Flag.MAYBE_SILENCE)]
    assert flags(segment(avg_logprob=-1.5, no_speech_prob=0.6)) == [(Flag.UNSURE,)]


def test_the_same_text_three_times_running_is_flagged_each_time() -> None:
    thanks = [segment("Thank you!"), segment("thank you"), segment("Thank  you.")]
    assert flags(segment("Before."), *thanks, segment("After.")) == [(), *[(Flag.REPEATED,)] * 3, ()]
    assert flags(*thanks[:2], segment("No."), thanks[2]) == [()] * 4


def test_empty_segments_in_a_row_are_no_repetition() -> None:
    lost = segment("", flags=("failed",))
    assert flags(lost, lost, lost) == [("failed",)] * 3


def test_earlier_flags_are_kept_and_not_doubled() -> None:
    assert flags(segment(avg_logprob=-2.0, flags=("unsure", "other"))) == [("unsure", "other")]


def test_words_decide_whether_it_lies_over_silence() -> None:
    said = tuple(
        Word(start_ms=at, end_ms=at + 200, text="a", probability=1.0) for at in (19_000, 19_500, 60_000)
    )
    assert flags(segment(start_ms=19_000, end_ms=60_200, words=said)) == [()]
    assert flags(segment(start_ms=19_000, end_ms=60_200, words=said[1:] + said[2:])) == [(Flag.OVER_SILENCE,)]


@pytest.mark.parametrize(
    ("text", "language", "ratio"),
    [
        ("ខ្ញុំបានដើរ", "km", 1.0),
        ("nyom ban daer", "km", 0.0),
        ("ໄປບ້ານ", "lo", 1.0),
        ("ฉันเดิน", "th", 1.0),
        ("Tôi đã đi bộ ba ngày", "vi", 1.0),
        ("To\u0302i \u0111a\u0303 \u0111i", "vi", 1.0),
        ("我们走了三天", "zh", 1.0),
        ("三日間歩いたコーヒー", "ja", 1.0),
        ("Мы шли", "ru", 1.0),
        ("we walked", "sr", 1.0),
        ("1975", "km", 1.0),
        ("", "km", 1.0),
        ("anything", "", 1.0),
    ],
)
def test_letters_are_compared_with_the_script_of_the_language(text: str, language: str, ratio: float) -> None:
    assert script_ratio(text, language) == pytest.approx(ratio)


def test_khmer_with_a_foreign_name_in_it_is_still_khmer() -> None:
    assert script_ratio("ខ្ញុំបានដើរទៅ Phnom Penh ជាមួយម្តាយខ្ញុំ", "km") > 0.5


def test_unworded_speech_is_what_no_word_comes_near() -> None:
    speech = (Stretch(start=0, end=5 * SAMPLE_RATE), Stretch(start=8 * SAMPLE_RATE, end=10 * SAMPLE_RATE))
    words = [Word(start_ms=1000, end_ms=2000, text="a", probability=1.0)]
    assert unworded(speech, words) == [(0, 600), (2400, 5000), (8000, 10_000)]
    assert unworded_ms(speech, words) == 600 + 2600 + 2000
    assert unworded_ms(speech, ()) == 7000
    assert unworded((), words) == []
