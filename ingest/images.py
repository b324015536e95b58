"""Small clean pictures from one picture, made by Pillow in a child inside the jail."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest import picture_child
from ingest.errors import IngestError, PictureUnreadable, ProgramFailed
from ingest.jail import Jail, Limits
from ingest.values import Derived

MAX_PIXELS = picture_child.MAX_PIXELS
_LIMITS = Limits(wall_s=30, cpu_s=30, memory_bytes=1 << 30, file_bytes=64 << 20, open_files=32)
_MIME = {".jpg": "image/jpeg", ".webp": "image/webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSize:
    """A picture to make: its file name (.jpg or .webp) and the greatest length of a side in pixels."""

    name: str
    side: int


def pictures(source: Path, folder: Path, sizes: Sequence[PictureSize], *, jail: Jail) -> tuple[Derived, ...]:
    """Make each of `sizes` in `folder` from a JPEG, PNG, WebP, TIFF or GIF; upright, without any metadata.

    Never enlarged. `Derived.duration_ms` is 0; width and height are in `Derived`.

    Raises:
        PictureUnreadable: Another format, more than 64 megapixels, damaged.
        NoScratchSpace, TookTooLong: See `Jail.run`.
    """
    wanted = [{"path": str((folder / size.name).absolute()), "side": size.side} for size in sizes]
    plan = json.dumps({"source": str(source.absolute()), "wanted": wanted})
    argv = [sys.executable, "-I", picture_child.__file__, plan]
    code = Path(picture_child.__file__)
    try:
        answer = jail.run(argv, read=[source, code], write=folder, limits=_LIMITS)
    except IngestError as problem:
        for size in sizes:
            (folder / size.name).unlink(missing_ok=True)
        if isinstance(problem, ProgramFailed):
            _, told, reason = problem.stderr.strip().rpartition("picture: ")
            raise PictureUnreadable(reason if told else "it is damaged") from problem
        raise
    made = json.loads(answer.stdout)
    return tuple(
        Derived(
            path=folder / size.name,
            mime=_MIME[Path(size.name).suffix],
            duration_ms=0,
            size_bytes=(folder / size.name).stat().st_size,
            width=width,
            height=height,
        )
        for size, (width, height) in zip(sizes, made, strict=True)
    )
