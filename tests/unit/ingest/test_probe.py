"""Probe: what a file says of itself, the claims that are refused, the length that is really there."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from ingest.errors import BeyondLimits, NoSound, NotAccepted, NotARecording, Unreadable
from ingest.probe import decoded_length_ms, probe, truncated
from ingest.values import AudioStream, Probe
from tests.media_files import ffmpeg, film, the_jail, tone

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")


def sound(**more: object) -> Probe:
    track = AudioStream(index=0, codec="mp3", sample_rate=44_100, channels=1)
    values: dict[str, object] = {"declared_ms": 10_000, "size_bytes": 10_000, "audio": (track,), **more}
    return Probe(container="mp3", kind="sound", **values)  # type: ignore[arg-type]


def test_a_film_is_described(tmp_path: Path) -> None:
    path = film(
        tmp_path / "t.mov", *H264, "-metadata:s:a:0", "language=khm", size="720x576", rate="30000/1001"
    )
    found = probe(path, jail=the_jail())
    assert (found.container, found.kind, found.size_bytes) == ("mov", "film", path.stat().st_size)
    assert abs((found.declared_ms or 0) - 3000) < 100
    (track,), (picture,) = found.audio, found.video
    assert (track.codec, track.sample_rate, track.channels, track.language) == ("aac", 44_100, 1, "khm")
    assert (picture.codec, picture.width, picture.height, picture.rotation) == ("h264", 720, 576, 0)
    assert picture.fps == pytest.approx(29.97, abs=0.01)
    assert not picture.interlaced


def test_a_turned_telephone_is_noticed(tmp_path: Path) -> None:
    flat = film(tmp_path / "flat.mp4", *H264, seconds=1)
    ffmpeg("-i", str(flat), "-c", "copy", "-metadata:s:v:0", "rotate=90", str(tmp_path / "turned.mp4"))
    assert probe(tmp_path / "turned.mp4", jail=the_jail()).video[0].rotation in (90, 270)


def test_odd_pixels_and_fields_are_noticed(tmp_path: Path) -> None:
    path = film(
        tmp_path / "t.avi", "-c:v", "dvvideo", "-s", "720x576", "-pix_fmt", "yuv420p", "-aspect", "16:9",
        "-c:a", "pcm_s16le", "-ar", "48000", "-ac", "2", seconds=1,
    )  # fmt: skip
    picture = probe(path, jail=the_jail()).video[0]
    assert picture.sar == (64, 45)
    assert picture.interlaced


def test_all_tracks_are_listed(tmp_path: Path) -> None:
    first, second = tone(tmp_path / "a.wav"), tone(tmp_path / "b.wav", pitch=500)
    ffmpeg("-i", str(first), "-i", str(second), "-map", "0", "-map", "1", str(tmp_path / "two.mka"))
    assert [track.index for track in probe(tmp_path / "two.mka", jail=the_jail()).audio] == [0, 1]


@pytest.mark.parametrize("codec", ["png", "mjpeg"])
def test_a_cover_picture_is_not_a_film(tmp_path: Path, codec: str) -> None:
    path = tone(
        tmp_path / "t.mp3", "-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=1", "-map", "0", "-map", "1", "-frames:v", "1",
        "-c:v", codec, "-disposition:v", "attached_pic",
    )  # fmt: skip
    found = probe(path, jail=the_jail())
    assert (found.kind, found.video) == ("sound", ())


def test_subtitles_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\na\n")
    plain = film(tmp_path / "p.mkv", *H264, seconds=1)
    ffmpeg(
        "-i", str(plain), "-i", str(tmp_path / "s.srt"), "-c", "copy", "-c:s", "srt", str(tmp_path / "t.mkv")
    )
    assert probe(tmp_path / "t.mkv", jail=the_jail()).kind == "film"


def test_a_film_without_sound_is_told_with_what_it_has(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=5", "-c:v", "libx264", str(tmp_path / "t.mp4"))
    with pytest.raises(NoSound) as caught:
        probe(tmp_path / "t.mp4", jail=the_jail())
    assert caught.value.probe is not None
    assert caught.value.probe.kind == "film"
    length = decoded_length_ms(tmp_path / "t.mp4", probe=caught.value.probe, jail=the_jail())
    assert abs(length - 1000) < 250


@pytest.mark.parametrize("suffix", ["png", "gif", "apng", "bmp"])
def test_pictures_are_outside_the_allow_list(tmp_path: Path, suffix: str) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=1", "-frames:v", "1", str(tmp_path / f"t.{suffix}"))
    with pytest.raises((NotAccepted, Unreadable)):
        probe(tmp_path / f"t.{suffix}", jail=the_jail())


def test_a_codec_outside_the_allow_list_is_named(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mkv", "-c:v", "snow", "-strict", "-2", "-c:a", "flac", seconds=1)
    with pytest.raises(NotAccepted, match="snow"):
        probe(path, jail=the_jail())


def test_only_subtitles_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\na\n")
    ffmpeg("-i", str(tmp_path / "s.srt"), str(tmp_path / "t.mkv"))
    with pytest.raises(NotARecording):
        probe(tmp_path / "t.mkv", jail=the_jail())


def wav_header(*, channels: int = 1, rate: int = 8000, data_bytes: int = 100) -> bytes:
    block = channels * 2
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * block, block, 16)
    return b"RIFF" + struct.pack("<I", 36 + data_bytes) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data"


def test_eight_hours_in_a_small_file_are_refused(tmp_path: Path) -> None:
    data_bytes = 8 * 3600 * 8000 * 2
    path = tmp_path / "t.wav"
    path.write_bytes(wav_header(data_bytes=data_bytes) + struct.pack("<I", data_bytes) + bytes(20_000))
    with pytest.raises(BeyondLimits, match="too long for its size"):
        probe(path, jail=the_jail())


def test_a_wav_cut_short_is_truncated(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.wav", seconds=10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 4 // 10])
    found = probe(path, jail=the_jail())
    finding = truncated(found, decoded_length_ms(path, probe=found, jail=the_jail()))
    assert finding is not None
    assert (finding.declared_ms, round(finding.decoded_ms, -2)) == (10_000, 4000)


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF])
def test_a_wav_that_does_not_know_its_length_is_taken_as_it_is(tmp_path: Path, size: int) -> None:
    path = tmp_path / "t.wav"
    path.write_bytes(wav_header() + struct.pack("<I", size) + bytes(32_000))
    found = probe(path, jail=the_jail())
    assert truncated(found, decoded_length_ms(path, probe=found, jail=the_jail())) is None


def test_an_mp4_that_claims_eight_hours_is_refused(tmp_path: Path) -> None:
    path = claim_hours(tone(tmp_path / "t.m4a", "-c:a", "aac", "-ar", "8000"), 8)
    with pytest.raises(BeyondLimits, match="too long for its size") as caught:
        probe(path, jail=the_jail())
    assert caught.value.found == pytest.approx(8 * 3600, rel=0.01)


def test_an_mp4_that_claims_two_days_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BeyondLimits, match="hours"):
        probe(claim_hours(tone(tmp_path / "t.m4a", "-c:a", "aac", "-ar", "8000"), 48), jail=the_jail())


def claim_hours(path: Path, hours: int) -> Path:
    """Stretch the sample times of an MP4 (stts) and its declared lengths; the sound stays as short as it is."""
    data = bytearray(path.read_bytes())
    place = data.index(b"stts") + 8
    (entries,) = struct.unpack_from(">I", data, place)
    counts = [struct.unpack_from(">II", data, place + 4 + 8 * at) for at in range(entries)]
    delta = hours * 3600 * 8000 // sum(count for count, _ in counts)
    for at, (count, _) in enumerate(counts):
        struct.pack_into(">II", data, place + 4 + 8 * at, count, delta)
    struct.pack_into(">I", data, data.index(b"mvhd") + 20, hours * 3_600_000)
    struct.pack_into(">I", data, data.index(b"mdhd") + 20, hours * 3600 * 8000)
    struct.pack_into(">I", data, data.index(b"tkhd") + 24, hours * 3_600_000)
    edits = data.find(b"elst")
    if edits > 0:
        struct.pack_into(">I", data, edits + 12, hours * 3_600_000)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("channels", [9, 64])
def test_more_channels_than_a_recorder_has_are_refused(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "t.wav"
    size = channels * 2 * 8000
    path.write_bytes(wav_header(channels=channels, data_bytes=size) + struct.pack("<I", size) + bytes(size))
    with pytest.raises(BeyondLimits, match="channels"):
        probe(path, jail=the_jail())


@pytest.mark.parametrize(("width", "height"), [(8194, 64), (64, 8194), (8192, 8000)])
def test_pictures_larger_than_any_camera_are_refused(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "t.avi"
    film(path, "-c:v", "rawvideo", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", size="64x64", seconds=0.2)
    data = path.read_bytes()
    head = data.index(b"strf") + 8
    data = data[: head + 4] + struct.pack("<ii", width, height) + data[head + 12 :]
    path.write_bytes(data)
    with pytest.raises(BeyondLimits):
        probe(path, jail=the_jail())


def test_more_pictures_a_second_than_any_camera_are_refused(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mkv", "-c:v", "ffv1", "-c:a", "flac", seconds=0.5, size="64x64", rate="240")
    with pytest.raises(BeyondLimits, match="picture rate"):
        probe(path, jail=the_jail())


def test_the_decoded_length_of_a_whole_recording_is_the_declared_one(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.ogg", "-c:a", "libvorbis", seconds=20)
    found = probe(path, jail=the_jail())
    length = decoded_length_ms(path, probe=found, jail=the_jail())
    assert abs(length - 20_000) <= 50
    assert truncated(found, length) is None


def test_a_film_whose_sound_ends_early_is_not_truncated(tmp_path: Path) -> None:
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc=d=6:s=64x64:r=10", "-f", "lavfi", "-i", "sine=d=3", "-c:v", "libx264", "-c:a",
        "aac", str(tmp_path / "t.mp4"),
    )  # fmt: skip
    found = probe(tmp_path / "t.mp4", jail=the_jail())
    assert truncated(found, decoded_length_ms(tmp_path / "t.mp4", probe=found, jail=the_jail())) is None


@pytest.mark.parametrize(
    ("declared", "decoded", "missing"),
    [
        (60_000, 60_000, None),
        (60_000, 61_000, None),
        (60_000, 59_401, None),
        (60_000, 59_399, 601),
        (3_600_000, 3_599_000, None),
        (3_600_000, 3_598_999, 1001),
        (10_000, 9750, None),
        (10_000, 9749, 251),
        (20_000, 7000, 13_000),
        (None, 7000, None),
    ],
)
def test_more_than_a_second_or_a_hundredth_short_is_truncated(
    declared: int | None, decoded: int, missing: int | None
) -> None:
    found = truncated(sound(declared_ms=declared), decoded)
    assert (found.missing_ms if found else None) == missing
