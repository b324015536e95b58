"""A sealed object as a seekable file."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from archive.vault.seal import SealedReader

if TYPE_CHECKING:
    from typing_extensions import Buffer  # collections.abc has it from Python 3.12 on


class SealedFile(io.RawIOBase):
    """A sealed object as an unbuffered file."""

    def __init__(self, reader: SealedReader) -> None:
        self._reader = reader
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._reader.size}[whence]
        if base + offset < 0:
            raise ValueError("a position is not negative")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Buffer, /) -> int:
        """Fills `buffer` as far as the content goes. Raises as `SealedReader.read`."""
        view = memoryview(buffer).cast("B")
        piece = self._reader.read(self._position, len(view))
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
