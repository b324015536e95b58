"""Pictures: only pixels come through; bombs and disguises are refused."""

from __future__ import annotations

import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from ingest.errors import PictureUnreadable
from ingest.images import PictureSize, pictures
from tests.media_files import the_jail

SIZES = (PictureSize(name="a.jpg", side=100), PictureSize(name="a.webp", side=50))


def drawn(path: Path, size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: object) -> Path:
    picture = Image.new(mode, size)
    picture.paste(255 if mode in ("L", "P") else (200, 10, 10), (0, 0, size[0] // 2, size[1]))
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff", "gif"])
def test_five_kinds_become_small_ones(tmp_path: Path, suffix: str) -> None:
    source = drawn(tmp_path / f"t.{suffix}")
    before = source.read_bytes()
    made = pictures(source, tmp_path, SIZES, jail=the_jail())
    assert [(one.width, one.height, one.mime) for one in made] == [
        (100, 67, "image/jpeg"),
        (50, 33, "image/webp"),
    ]
    with Image.open(made[0].path) as picture:
        left, right = picture.getpixel((10, 30)), picture.getpixel((90, 30))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 150 > right[0]
    assert source.read_bytes() == before


def test_a_picture_is_not_enlarged(tmp_path: Path) -> None:
    made = pictures(drawn(tmp_path / "t.png", (30, 20)), tmp_path, SIZES, jail=the_jail())
    assert [(one.width, one.height) for one in made] == [(30, 20), (30, 20)]


def test_where_and_by_whom_it_was_taken_stays_behind(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "house of Nuon"
    exif[0x0112] = 6
    source = drawn(tmp_path / "t.jpg", exif=exif, comment=b"Nuon", icc_profile=b"x" * 200)
    assert b"Nuon" in source.read_bytes()
    made = pictures(source, tmp_path, SIZES, jail=the_jail())
    assert (made[0].width, made[0].height) == (67, 100)
    for one in made:
        data = one.path.read_bytes()
        assert b"Nuon" not in data
        assert b"Exif" not in data
        assert b"ICC" not in data


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(65_000, 65_000), (9000, 8000), (64_000_001, 1)])
def test_bombs_are_refused_before_they_unfold(tmp_path: Path, width: int, height: int) -> None:
    (tmp_path / "t.png").write_bytes(png_header(width, height))
    begun = time.monotonic()
    with pytest.raises(PictureUnreadable):
        pictures(tmp_path / "t.png", tmp_path, SIZES, jail=the_jail())
    assert time.monotonic() - begun < 10
    assert [path.name for path in tmp_path.iterdir()] == ["t.png"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"BM" + bytes(100),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
)
def test_other_things_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.jpg").write_bytes(data)
    with pytest.raises(PictureUnreadable) as caught:
        pictures(tmp_path / "t.jpg", tmp_path, SIZES, jail=the_jail())
    assert str(tmp_path) not in caught.value.message


def test_a_picture_cut_short_is_refused(tmp_path: Path) -> None:
    source = drawn(tmp_path / "t.png", (500, 500))
    source.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(PictureUnreadable):
        pictures(source, tmp_path, SIZES, jail=the_jail())
