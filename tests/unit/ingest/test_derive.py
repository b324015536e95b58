"""Renditions: what is made decodes, is as long as its source, is upright and even, and carries no metadata."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ingest.derive import listening_copy, peaks, peaks_json, poster, video_240p
from ingest.encode import check_made, fitted, merged
from ingest.errors import RenditionWrong, SpanOutsideRecording
from ingest.jail import KINDS, Jail, Kind
from ingest.probe import probe
from ingest.values import Derived, Peaks, VideoStream
from tests.media_files import facts, ffmpeg, film, the_jail, tone

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
SECRET = "Nuon of Takeo"


def out(folder: Path) -> Path:
    made = folder / "out"
    made.mkdir(exist_ok=True)
    return made


def heard(path: Path, folder: Path) -> Derived:
    return listening_copy(path, out(folder), probe=probe(path, jail=the_jail()), jail=the_jail())


def boxes(path: Path) -> list[str]:
    """The names of the top boxes of an MP4, in order."""
    data, place, names = path.read_bytes(), 0, []
    while place < len(data):
        names.append(data[place + 4 : place + 8].decode())
        place += int.from_bytes(data[place : place + 4])
    return names


def test_a_listening_copy_is_small_mono_and_ready_to_stream(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.wav", "-ac", "2", seconds=20)
    before = path.read_bytes()
    seen: list[int] = []
    made = listening_copy(
        path, out(tmp_path), probe=probe(path, jail=the_jail()), jail=the_jail(), on_progress=seen.append
    )
    assert made.path == out(tmp_path) / "listening.m4a"
    assert (made.mime, made.size_bytes) == ("audio/mp4", made.path.stat().st_size)
    assert abs(made.duration_ms - 20_000) <= 100
    assert "aac|channels=1|sample_rate=24000" in facts(
        made.path, "stream=codec_name,channels,sample_rate"
    ).replace("codec_name=aac|sample_rate=24000|channels=1", "aac|channels=1|sample_rate=24000")
    assert 60_000 < made.size_bytes < 100_000
    assert boxes(made.path).index("moov") < boxes(made.path).index("mdat")
    assert b"elst" not in made.path.read_bytes()
    assert seen == sorted(seen)
    assert seen[-1] >= 19_000
    assert path.read_bytes() == before
    assert sorted(file.name for file in out(tmp_path).iterdir()) == ["listening.m4a"]


@pytest.mark.parametrize("level", [0.9, 0.02])
def test_loud_and_quiet_voices_come_out_alike(tmp_path: Path, level: float) -> None:
    made = heard(tone(tmp_path / "t.wav", seconds=5, level=level), tmp_path)
    assert loudness(made.path) == pytest.approx(-16, abs=1)


def loudness(path: Path) -> float:
    report = path.parent / "loudness.txt"
    ffmpeg(
        "-i",
        str(path),
        "-af",
        f"ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file={report}",
        "-f",
        "null",
        "-",
    )
    return float(re.findall(r"r128\.I=(-?[\d.]+)", report.read_text())[-1])


def test_silence_stays_silence(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.wav", level=0)
    assert heard(path, tmp_path).duration_ms > 2900
    assert set(peaks(path, probe=probe(path, jail=the_jail()), jail=the_jail()).values) == {0}


def test_nothing_told_in_tags_comes_along(tmp_path: Path) -> None:
    path = film(
        tmp_path / "t.mp4", *H264, "-metadata", f"title={SECRET}", "-metadata", f"location={SECRET}", "-metadata:s:a:0",
        f"handler_name={SECRET}", "-metadata:s:a:0", "language=khm",
    )  # fmt: skip
    assert SECRET.encode() in path.read_bytes()
    found = probe(path, jail=the_jail())
    made = [
        heard(path, tmp_path),
        video_240p(path, out(tmp_path), probe=found, jail=the_jail()),
        *poster(path, out(tmp_path), probe=found, jail=the_jail()),
    ]
    for rendition in made:
        data = rendition.path.read_bytes()
        assert SECRET.encode() not in data
        assert b"Exif" not in data


def test_a_240p_film_is_small_upright_and_ready_to_stream(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mkv", "-c:v", "libx264", "-c:a", "flac", size="1280x720", seconds=4)
    made = video_240p(path, out(tmp_path), probe=probe(path, jail=the_jail()), jail=the_jail())
    assert (made.width, made.height, made.mime) == (426, 240, "video/mp4")
    assert "width=426|height=240|sample_aspect_ratio=1:1" in facts(
        made.path, "stream=width,height,sample_aspect_ratio"
    )
    assert abs(made.duration_ms - 4000) <= 100
    assert made.size_bytes < 4 * (150_000 + 32_000) / 8 * 1.5
    assert boxes(made.path).index("moov") < boxes(made.path).index("mdat")
    assert b"elst" not in made.path.read_bytes()
    assert facts(made.path, "stream=start_time").count("start_time=0.000000") == 2


def test_a_turned_telephone_film_stands_upright(tmp_path: Path) -> None:
    flat = film(tmp_path / "flat.mp4", *H264, size="640x360", seconds=1)
    path = tmp_path / "turned.mp4"
    ffmpeg("-i", str(flat), "-c", "copy", "-metadata:s:v:0", "rotate=90", str(path))
    found = probe(path, jail=the_jail())
    made = video_240p(path, out(tmp_path), probe=found, jail=the_jail())
    assert (made.width, made.height) == (240, 426)
    assert "width=240|height=426" in facts(made.path, "stream=width,height")
    assert all(one.height > one.width for one in poster(path, out(tmp_path), probe=found, jail=the_jail()))


def test_a_tape_is_deinterlaced_with_square_pixels(tmp_path: Path) -> None:
    path = film(
        tmp_path / "t.dv", "-c:v", "dvvideo", "-s", "720x576", "-pix_fmt", "yuv420p", "-aspect", "16:9", "-c:a",
        "pcm_s16le", "-ar", "48000", "-ac", "2", seconds=1,
    )  # fmt: skip
    made = video_240p(path, out(tmp_path), probe=probe(path, jail=the_jail()), jail=the_jail())
    assert (made.width, made.height) == (426, 240)


def test_sound_that_begins_later_stays_in_step(tmp_path: Path) -> None:
    """A film whose sound begins after 2 s: the copy for listening has that silence, so that words keep their times."""
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
    found = probe(path, jail=the_jail())
    made = listening_copy(path, out(tmp_path), probe=found, jail=the_jail())
    for source, claims in ((path, found), (made.path, probe(made.path, jail=the_jail()))):
        values = peaks(source, probe=claims, jail=the_jail()).values
        assert max(values[:38]) <= 2
        assert min(values[42:78]) > 50
    moving = video_240p(path, out(tmp_path), probe=found, jail=the_jail())
    values = peaks(moving.path, probe=probe(moving.path, jail=the_jail()), jail=the_jail()).values
    assert max(values[:38]) <= 2
    assert min(values[42:78]) > 50


def test_a_silent_film_stays_silent(tmp_path: Path) -> None:
    from ingest.errors import NoSound

    ffmpeg("-f", "lavfi", "-i", "testsrc=d=2:s=320x240:r=10", "-c:v", "libx264", str(tmp_path / "t.mp4"))
    with pytest.raises(NoSound) as caught:
        probe(tmp_path / "t.mp4", jail=the_jail())
    assert caught.value.probe is not None
    made = video_240p(tmp_path / "t.mp4", out(tmp_path), probe=caught.value.probe, jail=the_jail())
    assert facts(made.path, "stream=codec_type").split() == ["stream|codec_type=video"]


def test_the_second_track_can_be_asked_for(tmp_path: Path) -> None:
    first, second = tone(tmp_path / "a.wav", level=0), tone(tmp_path / "b.wav", level=0.5)
    path = tmp_path / "two.mka"
    ffmpeg("-i", str(first), "-i", str(second), "-map", "0", "-map", "1", str(path))
    found = probe(path, jail=the_jail())
    assert max(peaks(path, probe=found, jail=the_jail()).values) == 0
    assert max(peaks(path, probe=found, jail=the_jail(), track=1).values) > 100


def test_the_waveform_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "t.wav"
    sound = "aevalsrc=if(lt(t\\,1)\\,0\\,if(lt(t\\,2)\\,0.5\\,-1)):d=3:s=8000"
    ffmpeg("-f", "lavfi", "-i", sound, "-c:a", "pcm_s16le", str(path))
    found = peaks(path, probe=probe(path, jail=the_jail()), jail=the_jail())
    assert found.per_second == 20
    assert found.values == (0,) * 20 + (128,) * 20 + (255,) * 20


def test_the_waveform_as_json_has_pairs_of_8_bits() -> None:
    told = json.loads(peaks_json(Peaks(values=(0, 128, 255))))
    assert told["data"] == [0, 0, -64, 64, -127, 127]
    assert (told["version"], told["bits"], told["length"], told["channels"]) == (2, 8, 3, 1)
    assert told["sample_rate"] / told["samples_per_pixel"] == 20


def test_poster_and_thumbnails(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mp4", *H264, size="1280x720", seconds=2)
    made = poster(path, out(tmp_path), probe=probe(path, jail=the_jail()), jail=the_jail())
    sizes = {one.path.name: (one.width, one.height, one.mime) for one in made}
    assert sizes == {
        "poster.jpg": (640, 360, "image/jpeg"),
        "poster.webp": (640, 360, "image/webp"),
        "thumbnail-320.webp": (320, 180, "image/webp"),
        "thumbnail-160.webp": (160, 90, "image/webp"),
    }
    assert sorted(file.name for file in out(tmp_path).iterdir()) == sorted(sizes)
    assert all(one.size_bytes == one.path.stat().st_size > 500 for one in made)


def test_a_poster_after_the_end_is_the_first_frame(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mp4", *H264, seconds=1)
    found = probe(path, jail=the_jail())
    assert len(poster(path, out(tmp_path), probe=found, jail=the_jail(), at_ms=3_600_000)) == 4


def test_a_recording_that_does_not_decode_gives_no_rendition(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.flac", seconds=5)
    found = probe(path, jail=the_jail())
    path.write_bytes(path.read_bytes()[:200] + bytes(1000))
    with pytest.raises(RenditionWrong):
        listening_copy(path, out(tmp_path), probe=found, jail=the_jail())
    assert list(out(tmp_path).iterdir()) == []


@pytest.mark.parametrize("expected_ms", [0, 8000, 3000])
def test_a_rendition_of_another_length_is_thrown_away(tmp_path: Path, expected_ms: int) -> None:
    path = tone(tmp_path / "t.m4a", "-c:a", "aac", seconds=5)
    with pytest.raises(RenditionWrong):
        check_made(path, what="listening copy", expected_ms=expected_ms, jail=the_jail())
    assert not path.exists()


def test_a_rendition_that_does_not_decode_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "t.m4a"
    path.write_bytes(b"not media")
    with pytest.raises(RenditionWrong):
        check_made(path, what="listening copy", expected_ms=5000, jail=the_jail())
    assert not path.exists()


@pytest.mark.parametrize(
    ("stored", "sar", "rotation", "expected"),
    [
        ((1920, 1080), (1, 1), 0, (426, 240)),
        ((1080, 1920), (1, 1), 0, (240, 426)),
        ((1920, 1080), (1, 1), 90, (240, 426)),
        ((720, 576), (64, 45), 0, (426, 240)),
        ((720, 576), (16, 15), 0, (320, 240)),
        ((176, 144), (12, 11), 0, (192, 144)),
        ((320, 240), (1, 1), 0, (320, 240)),
        ((8192, 16), (1, 1), 0, (1280, 2)),
        ((3, 3), (1, 1), 0, (4, 4)),
    ],
)
def test_sizes(
    stored: tuple[int, int], sar: tuple[int, int], rotation: int, expected: tuple[int, int]
) -> None:
    picture = VideoStream(
        index=0, codec="h264", width=stored[0], height=stored[1], fps=25, sar=sar, rotation=rotation
    )
    assert fitted(picture) == expected


def test_spans_are_put_in_order_and_joined() -> None:
    assert merged([(50, 60), (0, 10), (10, 20), (15, 18), (59, 70)]) == ((0, 20), (50, 70))


@pytest.mark.parametrize("span", [(-1, 5), (5, 5), (6, 5), (100, 110)])
def test_spans_outside_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(SpanOutsideRecording):
        merged([span], duration_ms=100)


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_work_is_done_in_every_kind_of_jail(tmp_path: Path, kind: Kind) -> None:
    path = film(tmp_path / "t.mp4", *H264, seconds=1, size="64x64", rate="5")
    jail = Jail(kind)
    found = probe(path, jail=jail)
    assert listening_copy(path, out(tmp_path), probe=found, jail=jail).duration_ms > 900
    assert video_240p(path, out(tmp_path), probe=found, jail=jail).duration_ms > 900
    assert len(poster(path, out(tmp_path), probe=found, jail=jail)) == 4
    assert len(peaks(path, probe=found, jail=jail).values) >= 20
