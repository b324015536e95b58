"""The calm picture of the filmed example: a slow river on paper, the notice over it throughout."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

SIZE = (640, 360)
FRAMES_PER_SECOND = 12
_PAPER = (250, 248, 244)
_INK = (29, 35, 32)
# From far to near: the water gets darker, as ink does towards the edge of a wash.
_WATER = ((222, 229, 227), (190, 206, 206), (143, 174, 178), (90, 132, 140), (31, 85, 97))
_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def frames(length_ms: int, words: str) -> Iterator[bytes]:
    """RGB frames of `SIZE`, `FRAMES_PER_SECOND` a second, for `length_ms`; OSError without the font."""
    big = ImageFont.truetype(_FONT, 26)
    for number in range(math.ceil(length_ms * FRAMES_PER_SECOND / 1000)):
        yield _frame(number / FRAMES_PER_SECOND, words, big).tobytes()


def _frame(second: float, words: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    width, height = SIZE
    picture = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(picture)
    for band, colour in enumerate(_WATER):
        top = height * (0.42 + 0.11 * band)
        swing = 5 + 3 * band
        speed = 0.10 + 0.05 * band
        bank = [
            (x, top + swing * math.sin(x / (70 + 26 * band) + speed * second * 2 + band)
             + 0.4 * swing * math.sin(x / 31 - speed * second * 3))
            for x in range(0, width + 8, 8)
        ]  # fmt: skip
        pen.polygon([*bank, (width, height), (0, height)], fill=colour)
    left, upper, right, lower = pen.textbbox((40, 44), words, font=font)
    pen.rectangle((left - 14, upper - 12, right + 14, lower + 12), fill=_PAPER, outline=_INK)
    pen.text((40, 44), words, font=font, fill=_INK)
    return picture
