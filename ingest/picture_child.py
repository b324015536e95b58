"""Decode one picture and write small ones: the program that runs inside the jail.

Run as `python -I picture_child.py PLAN`. Self-contained but for Pillow. What it writes is a new picture
with only pixels copied into it, so no EXIF, XMP, ICC profile or comment can come along.
"""

from __future__ import annotations

import json
import sys
import warnings

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF")
MAX_PIXELS = 64_000_000
REFUSED = 3


def main(plan: dict[str, object]) -> list[tuple[int, int]]:
    """Carry out `{"source": path, "wanted": [{"path", "side"}]}`; the (width, height) of each picture
    made.
    """
    from PIL import Image, ImageOps

    # Pillow only warns between one and two times its limit; here the limit is the limit.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error")
    sizes = []
    with Image.open(str(plan["source"]), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise ValueError(f"{opened.width} x {opened.height} pixels are too many")
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    wanted = plan["wanted"]
    if not isinstance(wanted, list):
        raise TypeError("no sizes")
    for one in wanted:
        small = upright.copy()
        small.thumbnail((one["side"], one["side"]), Image.Resampling.LANCZOS)
        clean = Image.new("RGB", small.size)
        clean.paste(small)
        if one["path"].endswith(".webp"):
            clean.save(one["path"], "WEBP", quality=78, method=4)
        else:
            clean.save(one["path"], "JPEG", quality=82, optimize=True, progressive=True)
        sizes.append(clean.size)
    return sizes


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
    except MemoryError:
        sys.stderr.write("picture: it needs too much memory")
        sys.exit(REFUSED)
    except Exception as problem:  # noqa: BLE001  # whatever Pillow meets in a hostile file is a refusal
        told = "it is no picture of an accepted kind, too large or damaged"
        if type(problem) is ValueError:
            told = str(problem)
        if isinstance(problem, OSError) and problem.errno:
            told = problem.strerror or told
        sys.stderr.write(f"picture: {told}")
        sys.exit(REFUSED)
