"""Masked copies: inside the spans nothing is left, outside everything is; the measuring would notice a leak."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.derive import listening_copy, peaks, video_240p
from ingest.errors import SpanOutsideRecording
from ingest.probe import probe
from ingest.redact import MaskReport, check_mask, flattened, masked_copy
from ingest.values import Peaks, Probe
from tests.media_files import ffmpeg, film, the_jail, tone

SPANS = ((1000, 2000), (3010, 3400), (5555, 5999))
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("film") / "t.mp4", *H264, seconds=8)


def claims(path: Path) -> Probe:
    return probe(path, jail=the_jail())


def wave(path: Path) -> tuple[int, ...]:
    return peaks(path, probe=claims(path), jail=the_jail()).values


@pytest.mark.parametrize("sound", ["silence", "tone"])
def test_sound_is_gone_inside_and_whole_outside(tmp_path: Path, sound: str) -> None:
    path = tone(tmp_path / "t.wav", seconds=8)
    before = path.read_bytes()
    made = masked_copy(
        path,
        tmp_path / "m.m4a",
        SPANS,
        probe=claims(path),
        jail=the_jail(),
        sound=sound,  # type: ignore[arg-type]
    )
    report = check_mask(made.path, SPANS, jail=the_jail(), sound=sound)  # type: ignore[arg-type]
    assert report.hidden
    assert report.spans == SPANS
    assert abs(made.duration_ms - 8000) <= 100
    assert b"elst" not in made.path.read_bytes()
    values = wave(made.path)
    outside = [value for at, value in enumerate(values[:158]) if not near(at * 50, SPANS)]
    assert len(outside) > 60
    assert min(outside) > 40
    assert path.read_bytes() == before


def near(at_ms: int, spans: tuple[tuple[int, int], ...]) -> bool:
    """Within 150 ms of a span: the mask reaches 90 ms, and a value of the waveform spans 50 ms."""
    return any(start - 150 < at_ms + 50 and at_ms < end + 150 for start, end in spans)


def test_sound_and_picture_are_gone_from_a_film(tmp_path: Path, moving: Path) -> None:
    made = masked_copy(
        moving, tmp_path / "m.mp4", SPANS, probe=claims(moving), jail=the_jail(), form="film", picture="black"
    )
    report = check_mask(made.path, SPANS, jail=the_jail(), sound="silence", picture="black")
    assert report.hidden
    assert report.brightest is not None
    assert report.brightest <= 28
    assert report.frames >= 44
    assert (made.width, made.height, made.mime) == (320, 240, "video/mp4")
    shown = check_mask(made.path, [(2300, 2900)], jail=the_jail(), picture="black")
    assert (shown.picture_hidden, shown.sound_hidden) == (False, False)


def test_only_the_picture_may_be_hidden(tmp_path: Path, moving: Path) -> None:
    made = masked_copy(
        moving, tmp_path / "m.mp4", SPANS, probe=claims(moving), jail=the_jail(), form="film", sound=None,
        picture="black",
    )  # fmt: skip
    report = check_mask(made.path, SPANS, jail=the_jail(), sound="silence", picture="black")
    assert (report.picture_hidden, report.sound_hidden, report.hidden) == (True, False, False)


@pytest.mark.parametrize("sound", ["silence", "tone"])
def test_an_unmasked_copy_is_noticed(tmp_path: Path, moving: Path, sound: str) -> None:
    plain = video_240p(moving, tmp_path, probe=claims(moving), jail=the_jail())
    report = check_mask(plain.path, SPANS, jail=the_jail(), sound=sound, picture="black")  # type: ignore[arg-type]
    assert (report.sound_hidden, report.picture_hidden) == (False, False)


@pytest.mark.parametrize("beyond", [(900, 1100), (1950, 2060), (3010, 3600), (0, 200)])
def test_a_mask_that_is_too_short_is_noticed(tmp_path: Path, beyond: tuple[int, int]) -> None:
    """Shifting a span by as little as a syllable out of its mask is enough."""
    path = tone(tmp_path / "t.wav", seconds=8)
    made = masked_copy(path, tmp_path / "m.m4a", SPANS, probe=claims(path), jail=the_jail())
    wider = (beyond[0] - 100 if beyond[0] else 0, beyond[1] + 100)
    assert not check_mask(made.path, [wider], jail=the_jail()).hidden


def test_a_picture_leak_of_one_frame_is_noticed(tmp_path: Path, moving: Path) -> None:
    """One frame flashes inside a black film."""
    path = tmp_path / "flash.mp4"
    ffmpeg(
        "-i", str(moving), "-vf", "drawbox=t=fill:color=black:enable='not(between(n,50,50))'", "-af", "volume=0",
        "-c:v", "libx264", "-c:a", "aac", str(path),
    )  # fmt: skip
    hidden = check_mask(path, [(3000, 4000)], jail=the_jail(), picture="black")
    flashed = check_mask(path, [(1500, 2500)], jail=the_jail(), picture="black")
    assert (hidden.picture_hidden, flashed.picture_hidden) == (True, False)


def test_what_an_edit_list_hides_is_found(tmp_path: Path) -> None:
    """A copied cut looks clean to a player and keeps the seconds before it; the measuring looks behind."""
    whole = tmp_path / "whole.m4a"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "aevalsrc=if(lt(t\\,3)\\,0.5*sin(2*PI*1000*t)\\,0):d=8:s=44100",
        "-c:a",
        "aac",
        str(whole),
    )
    film_with_sound = tmp_path / "f.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=black:d=8:s=64x64:r=10", "-i", str(whole)),
        *("-c:v", "libx264", "-g", "1000", "-bf", "0", "-c:a", "copy", str(film_with_sound)),
    )
    cut = tmp_path / "cut.mp4"
    ffmpeg("-ss", "4", "-i", str(film_with_sound), "-c", "copy", str(cut))
    assert b"elst" in cut.read_bytes()
    assert max(wave(cut)) <= 2
    assert check_mask(cut, [(0, 2000)], jail=the_jail()).sound_hidden is False


def test_a_film_whose_picture_is_missing_hides_nothing_by_that(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.m4a", "-c:a", "aac", level=0)
    report = check_mask(path, [(0, 1000)], jail=the_jail(), picture="black")
    assert (report.sound_hidden, report.picture_hidden, report.hidden) == (True, False, False)


def test_spans_after_the_end_are_not_measured_as_hidden(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.m4a", "-c:a", "aac", level=0)
    assert check_mask(path, [(60_000, 61_000)], jail=the_jail()).sound_hidden is False


def test_an_empty_report_hides_nothing() -> None:
    assert not MaskReport(spans=SPANS).hidden


@pytest.mark.parametrize("spans", [[(5, 5)], [(9, 3)], [(-1, 3)], [(9000, 9500)]])
def test_spans_outside_the_recording_are_refused(
    tmp_path: Path, moving: Path, spans: list[tuple[int, int]]
) -> None:
    with pytest.raises(SpanOutsideRecording):
        masked_copy(moving, tmp_path / "m.mp4", spans, probe=claims(moving), jail=the_jail())
    assert list(tmp_path.iterdir()) == []


def test_a_mask_of_nothing_is_a_mistake(tmp_path: Path, moving: Path) -> None:
    with pytest.raises(SpanOutsideRecording):
        masked_copy(moving, tmp_path / "m.mp4", [], probe=claims(moving), jail=the_jail())
    with pytest.raises(ValueError, match="hides"):
        masked_copy(moving, tmp_path / "m.mp4", SPANS, probe=claims(moving), jail=the_jail(), sound=None)


def test_many_spans_are_masked(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.wav", seconds=40)
    spans = [(at * 400 + 100, at * 400 + 150) for at in range(99)]
    made = masked_copy(path, tmp_path / "m.m4a", spans, probe=claims(path), jail=the_jail())
    assert check_mask(made.path, spans, jail=the_jail()).hidden


def test_a_masked_copy_of_a_late_sound_hides_the_right_moment(tmp_path: Path) -> None:
    """Sound that begins 2 s after the picture: spans count from the recording's own beginning."""
    path = tmp_path / "t.mkv"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=d=6:s=64x64:r=10", "-itsoffset", "2"),
        *(
            "-f",
            "lavfi",
            "-i",
            "aevalsrc=0.5*sin(2*PI*1000*t):d=4:s=44100",
            "-c:v",
            "libx264",
            "-c:a",
            "flac",
            str(path),
        ),
    )
    made = masked_copy(path, tmp_path / "m.m4a", [(3000, 4000)], probe=claims(path), jail=the_jail())
    values = wave(made.path)
    assert max(values[60:80]) <= 1
    assert min(values[43:56]) > 40
    assert min(values[84:110]) > 40


def test_the_plain_copy_of_the_same_recording_is_not_masked(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.wav", seconds=8)
    plain = listening_copy(path, tmp_path, probe=claims(path), jail=the_jail())
    assert not check_mask(plain.path, SPANS, jail=the_jail()).hidden


def test_the_waveform_is_flat_where_anything_is_hidden() -> None:
    flat = flattened(Peaks(values=(9,) * 10), [(49, 51), (199, 200), (330, 10_000)])
    assert flat.values == (0, 0, 9, 0, 9, 9, 0, 0, 0, 0)
    with pytest.raises(SpanOutsideRecording):
        flattened(Peaks(values=(9,)), [(5, 5)])
