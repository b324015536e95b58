"""WebVTT: what is taken, dropped and refused; writing then reading changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions import Faults, read_vtt, write_vtt
from ingest.errors import CaptionUnreadable, SpanOutsideRecording
from ingest.values import Cue


def one(payload: str) -> Cue:
    (cue,) = read_vtt(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{payload}")
    return cue


def test_reads_a_whole_file() -> None:
    text = (
        "\ufeffWEBVTT - interview\nKind: captions\n\nNOTE made by hand\nover two lines\n\n"
        "STYLE\n::cue { color: white }\n\nREGION\nid:a\n\n"
        "first\n00:00:01.000 --> 00:00:02.500 align:start line:0\n<v Nuon>We walked\nfor three days.\n\n\n"
        "NOTE\n\n01:02.003 --> 100:00:00.000\nThen &amp; now"
    )
    assert read_vtt(text) == (
        Cue(start_ms=1000, end_ms=2500, text="We walked\nfor three days.", voice="Nuon", identifier="first"),
        Cue(start_ms=62_003, end_ms=360_000_000, text="Then & now"),
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_takes_every_line_end(end: str) -> None:
    data = end.join(["WEBVTT", "", "00:01.000 --> 00:02.000", "a", "b", ""]).encode()
    assert read_vtt(data) == (Cue(start_ms=1000, end_ms=2000, text="a\nb"),)


@pytest.mark.parametrize(
    "start", ["WEBVTT", "WEBVTT\n", "WEBVTT\n\n", "\ufeffWEBVTT x", "WEBVTT\tx\n", "WEBVTT\nheader"]
)
def test_a_file_without_cues_is_empty(start: str) -> None:
    assert read_vtt(start) == ()


@pytest.mark.parametrize(
    "start", ["", "\n", "webvtt\n", "WEBVTTx\n", " WEBVTT", "\ufeff\ufeffWEBVTT", "WEBVTT\fx", "1\n00:"]
)
@pytest.mark.parametrize("faults", list(Faults))
def test_the_signature_must_be_there(start: str, faults: Faults) -> None:
    with pytest.raises(CaptionUnreadable) as caught:
        read_vtt(start, faults=faults)
    assert caught.value.line == 1


def test_a_cue_may_follow_the_header_without_an_empty_line() -> None:
    assert read_vtt("WEBVTT\n00:01.000 --> 00:02.000\na") == (Cue(start_ms=1000, end_ms=2000, text="a"),)


def test_a_line_of_times_inside_a_text_begins_a_new_cue() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb"
    assert [cue.text for cue in read_vtt(text)] == ["a", "b"]


def test_times_without_white_space_and_hours_of_one_digit_are_times() -> None:
    (cue,) = read_vtt("WEBVTT\n\n\t1:00:00.000-->1:00:01.000align:start\na")
    assert (cue.start_ms, cue.end_ms) == (3_600_000, 3_601_000)


@pytest.mark.parametrize(
    "times",
    [
        "0:01.000 --> 00:02.000",
        "00:1.000 --> 00:02.000",
        "00:01.00 --> 00:02.000",
        "00:01.0000 --> 00:02.000",
        "00:01,000 --> 00:02,000",
        "60:01.000 --> 61:02.000",
        "00:60.000 --> 01:02.000",
        "00:60:00.000 --> 02:00:02.000",
        "00:01.000 -> 00:02.000-->",
        "00:01.000 --> ",
        "--> 00:02.000",
        "٠٠:01.000 --> 00:02.000",
        "x 00:01.000 --> 00:02.000",
    ],
)
def test_other_times_are_refused_by_line_and_dropped_on_demand(times: str) -> None:
    text = f"WEBVTT\n\n00:00.000 --> 00:01.000\na\n\nid\n{times}\nlost\n\n00:05.000 --> 00:06.000\nb"
    with pytest.raises(CaptionUnreadable) as caught:
        read_vtt(text)
    assert caught.value.line == 7
    assert "line 7" in caught.value.message
    assert [cue.text for cue in read_vtt(text, faults=Faults.SKIP)] == ["a", "b"]


def test_text_without_times_is_refused_with_its_line() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\na\n\nlost words\n"
    with pytest.raises(CaptionUnreadable) as caught:
        read_vtt(text)
    assert caught.value.line == 6
    assert len(read_vtt(text, faults=Faults.SKIP)) == 1


def test_an_end_before_its_start_is_refused_but_a_player_keeps_it() -> None:
    text = "WEBVTT\n\n00:02.000 --> 00:01.000\na"
    with pytest.raises(CaptionUnreadable) as caught:
        read_vtt(text)
    assert caught.value.line == 3
    assert read_vtt(text, faults=Faults.SKIP) == (Cue(start_ms=2000, end_ms=1000, text="a"),)


def test_a_file_in_another_encoding_names_its_line() -> None:
    data = "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nété".encode("latin-1")
    with pytest.raises(CaptionUnreadable) as caught:
        read_vtt(data)
    assert caught.value.line == 4
    assert read_vtt(data, faults=Faults.SKIP)[0].text == "\ufffdt\ufffd"


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("a\x00b", "a\ufffdb"),
        ("<b>a</b> <i.loud>b</i><u>c</u>", "a bc"),
        ("a<00:00:01.500>b", "ab"),
        ("<c.one.two>a</c>", "a"),
        ("<lang km>សាក្សី</lang>", "សាក្សី"),
        ("<ruby>a<rt>b</rt></ruby>c", "abc"),
        ("<unknown>a</unknown>", "a"),
        ("a &lt;b&gt; &amp;amp; &nbsp;&lrm;&rlm;|", "a <b> &amp; \u00a0\u200e\u200f|"),
        ("&eacute;&#x17c2;&#233;", "é\u17c2é"),
        ("&unknown; & &", "&unknown; & &"),
        ("a <", "a "),
        ("a <b", "a "),
        ("a </b", "a "),
        ("<>a</>", "a"),
        ("<b\nx>a", "a"),
    ],
)
def test_tags_come_off_and_references_are_resolved(payload: str, text: str) -> None:
    assert one(payload).text == text


@pytest.mark.parametrize(
    ("payload", "voice"),
    [
        ("<v Nuon>a", "Nuon"),
        ("<v.first.loud  Nuon \t Chea >a</v>", "Nuon Chea"),
        ("<v A &amp; B &gt; C>a", "A & B > C"),
        ("<i><v Nuon>a</v></i>", "Nuon"),
        ("<v>a", ""),
        ("<vx Nuon>a", ""),
    ],
)
def test_the_voice_is_who_speaks(payload: str, voice: str) -> None:
    assert (one(payload).voice, one(payload).text) == (voice, "a")


def test_two_voices_in_a_cue_are_kept_apart() -> None:
    text = "WEBVTT\n\nx\n00:01.000 --> 00:02.000\n- <v A>Where?</v>\n<v B>At <i>home</i>.</v>"
    cues = [(cue.voice, cue.text, cue.identifier) for cue in read_vtt(text)]
    assert cues == [("", "- ", "x"), ("A", "Where?", "x"), ("B", "At home.", "x")]
    assert {cue.start_ms for cue in read_vtt(text)} == {1000}


def test_what_is_written() -> None:
    cues = [
        Cue(start_ms=3_600_000, end_ms=3_600_001, text="b --> <c>", identifier="2"),
        Cue(start_ms=0, end_ms=1500, text="a & b\n\nc", voice="Y  Nhi>"),
    ]
    assert write_vtt(cues) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v Y Nhi&gt;>a &amp; b\n<c></c>\nc\n"
        "\n2\n01:00:00.000 --> 01:00:00.001\nb --&gt; &lt;c&gt;\n"
    )


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1), (-1, 1)])
def test_impossible_times_are_not_written(start: int, end: int) -> None:
    with pytest.raises(SpanOutsideRecording):
        write_vtt([Cue(start_ms=start, end_ms=end, text="a")])


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=60) | st.text(
    st.sampled_from("a<>&;\n -v/.0:1សា\u17d2"), max_size=30
)
VOICE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\n\t\f "), max_size=20)
IDENTIFIER = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\r\x00\n"), max_size=12
).filter(lambda text: "-->" not in text)


@st.composite
def cues(draw: st.DrawFn) -> Cue:
    start = draw(st.integers(0, 400_000_000))
    return Cue(
        start_ms=start,
        end_ms=start + draw(st.integers(1, 10_000)),
        text=draw(TEXT),
        voice=draw(VOICE),
        identifier=draw(IDENTIFIER),
    )


@given(st.lists(cues(), max_size=5))
def test_writing_then_reading_gives_the_same(written: list[Cue]) -> None:
    expected = tuple(sorted(written, key=lambda cue: cue.start_ms))
    text = write_vtt(written)
    assert read_vtt(text) == expected
    assert read_vtt(text.replace("\n", "\r\n").encode(), faults=Faults.SKIP) == expected


@given(st.text(max_size=200) | st.text(st.sampled_from("\r\n \t-->0:.1&<v/aWEBVTNO"), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for faults in Faults:
        try:
            read = read_vtt("WEBVTT\n" + text, faults=faults)
        except CaptionUnreadable as problem:
            refused = problem
        else:
            assert all("\r" not in cue.identifier for cue in read)
            continue
        assert faults is Faults.REFUSE
        assert 1 <= refused.line <= text.count("\n") + text.count("\r") + 2
