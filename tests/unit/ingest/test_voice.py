"""Voice: where a stream is cut, how windows are packed, and that times find their way back."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.transcribe import SAMPLE_RATE
from ingest.voice import Stretch, Window, cut, packed, padded

S = SAMPLE_RATE


def stretch(start_s: float, end_s: float) -> Stretch:
    return Stretch(start=int(start_s * S), end=int(end_s * S))


@st.composite
def spoken(draw: st.DrawFn) -> tuple[Stretch, ...]:
    """Stretches in order that do not overlap, up to 70 s long."""
    at, out = 0, []
    for _ in range(draw(st.integers(0, 12))):
        at += draw(st.integers(1, 10 * S))
        end = at + draw(st.integers(1, 70 * S))
        out.append(Stretch(start=at, end=end))
        at = end
    return tuple(out)


def test_the_cut_lies_in_the_middle_of_the_longest_pause_of_the_last_third() -> None:
    speech = (stretch(0, 50), stretch(60, 230), stretch(232, 250), stretch(254, 300))
    assert cut(speech, 300 * S) == 252 * S


def test_a_longer_pause_before_the_last_third_does_not_count() -> None:
    assert cut((stretch(0, 10), stretch(100, 280), stretch(281, 300)), 300 * S) == int(280.5 * S)


def test_without_a_pause_it_is_cut_at_the_end() -> None:
    assert cut((stretch(0, 300),), 300 * S) == 300 * S


def test_without_speech_it_is_cut_in_the_last_third() -> None:
    assert cut((), 300 * S) == 250 * S


@given(spoken(), st.integers(1, 400 * S))
def test_every_cut_is_in_the_last_third_and_never_in_a_word(speech: tuple[Stretch, ...], length: int) -> None:
    inside = tuple(Stretch(start=s.start, end=min(s.end, length)) for s in speech if s.start < length)
    at = cut(inside, length)
    assert length * 2 // 3 <= at <= length
    assert at == length or not any(s.start < at < s.end for s in inside)


@given(spoken())
def test_windows_hold_all_speech_once_and_at_most_thirty_seconds(speech: tuple[Stretch, ...]) -> None:
    windows = packed(speech)
    assert all(0 < w.length <= 30 * S for w in windows)
    pieces = [p for w in windows for p in w.pieces]
    assert sum(p.length for p in pieces) == sum(s.length for s in speech)
    assert all(a.end <= b.start for a, b in pairwise(pieces))


@given(spoken())
def test_windows_can_be_cut_again_to_ten_seconds(speech: tuple[Stretch, ...]) -> None:
    again = [part for window in packed(speech) for part in packed(window.pieces, 10)]
    assert all(0 < w.length <= 10 * S for w in again)
    assert sum(w.length for w in again) == sum(s.length for s in speech)


@given(spoken())
def test_padding_never_overlaps_and_never_loses_speech(speech: tuple[Stretch, ...]) -> None:
    length = (speech[-1].end if speech else 0) + S
    wide = padded(speech, length)
    assert all(w.start <= s.start and w.end >= s.end for w, s in zip(wide, speech, strict=True))
    assert all(a.end <= b.start for a, b in pairwise(wide))
    assert all(w.start >= 0 and w.end <= length for w in wide)


def test_times_go_back_to_where_the_words_were_said() -> None:
    window = Window(pieces=(stretch(10, 12), stretch(20, 25)))
    assert window.place(500, 1000) == (10_500, 11_000)
    assert window.place(2500, 3000) == (20_500, 21_000)


def test_a_word_over_a_seam_stays_in_the_stretch_of_its_middle() -> None:
    window = Window(pieces=(stretch(10, 12), stretch(20, 25)))
    assert window.place(1500, 2100) == (11_500, 12_000)
    assert window.place(1900, 2500) == (20_000, 20_500)


def test_a_time_after_the_end_stays_inside() -> None:
    assert Window(pieces=(stretch(10, 12),)).place(1900, 9000) == (11_900, 12_000)
