"""SubRip as people send it, and that writing then reading changes nothing that it can hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions import Voices, read_srt, write_srt
from ingest.errors import CaptionUnreadable, SpanOutsideRecording
from ingest.values import Cue


def test_reads_what_editors_write() -> None:
    text = (
        "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>We walked</i>\r\n{\\an8}for three days.\r\n\r\n"
        "7\r\n0:0:3.5 --> 00:00:04,000 X1:10 X2:20\r\n1975\r\n\r\n\r\n"
        "00:01:00,000 --> 00:01:01,000\r\na\r\n\r\nb\r\n"
    )
    assert read_srt(text) == (
        Cue(start_ms=1000, end_ms=2500, text="We walked\nfor three days.", identifier="1"),
        Cue(start_ms=3500, end_ms=4000, text="1975", identifier="7"),
        Cue(start_ms=60_000, end_ms=61_000, text="a\n\nb"),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_old_windows_encodings_with_a_mark(encoding: str) -> None:
    data = "1\n00:00:01,000 --> 00:00:02,000\nសាក្សី\n".encode(encoding)
    assert read_srt(data) == (Cue(start_ms=1000, end_ms=2000, text="សាក្សី", identifier="1"),)


def test_an_empty_file_has_no_cues() -> None:
    assert read_srt(b"") == read_srt("\n\n") == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello\n", 1),
        ("\n\nWEBVTT\n\n1\n00:00:01,000 --> 00:00:02,000\na", 3),
        ("1\n00:00:01 --> 00:00:02\na", 1),
        ("1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:61,000 --> 00:01:02,000\nb", 6),
        ("1\n00:00:02,000 --> 00:00:02,000\na", 2),
        ("été".encode("latin-1"), 1),
        (b"1\n00:00:01,000 --> 00:00:02,000\n\xe9t\xe9", 3),
        (b"\xff\xfea", 1),
    ],
)
def test_refuses_by_line(text: str | bytes, line: int) -> None:
    with pytest.raises(CaptionUnreadable) as caught:
        read_srt(text)
    assert caught.value.line == line
    assert f"line {line}" in caught.value.message


def test_who_speaks_is_named_or_left_out() -> None:
    cue = Cue(start_ms=0, end_ms=1000, text="a", voice="Nuon")
    assert write_srt([cue]) == "1\n00:00:00,000 --> 00:00:01,000\nNuon: a\n"
    assert write_srt([cue], voices=Voices.LEFT_OUT) == "1\n00:00:00,000 --> 00:00:01,000\na\n"


def test_a_text_that_reads_as_times_stays_text() -> None:
    cue = Cue(start_ms=0, end_ms=1000, text="a\n00:00:01,000 --> 00:00:02,000\nb")
    assert len(read_srt(write_srt([cue]))) == 1


def test_impossible_times_are_not_written() -> None:
    with pytest.raises(SpanOutsideRecording):
        write_srt([Cue(start_ms=5, end_ms=5, text="a")])


TEXT = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=60)
    .map(lambda text: text.rstrip("\n"))
    .filter(lambda text: not re.search(r"-->|<|\{", text))
)


@given(st.lists(st.tuples(st.integers(0, 359_999_000), st.integers(1, 9999), TEXT), max_size=5))
def test_writing_then_reading_gives_the_same(parts: list[tuple[int, int, str]]) -> None:
    parts.sort(key=lambda part: part[0])
    written = tuple(
        Cue(start_ms=start, end_ms=start + long, text=text, identifier=str(number))
        for number, (start, long, text) in enumerate(parts, start=1)
    )
    assert read_srt(write_srt(written)) == written
    assert read_srt(write_srt(written).replace("\n", "\r\n").encode()) == written


@given(st.text(max_size=200) | st.text(st.sampled_from("\r\n \t-->0:,1{\\}<i>"), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_srt(text)
    except CaptionUnreadable:
        return
    assert all(cue.start_ms < cue.end_ms for cue in read)
