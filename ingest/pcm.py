"""A recording's sound as a stream of samples for the engine: mono, 16 kHz, levelled, decoded in the jail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.commands import argv_of, open_input
from ingest.errors import ProgramFailed
from ingest.jail import Jail, Limits, Stream
from ingest.levels import Level
from ingest.transcribe import SAMPLE_RATE
from ingest.voice import Float32

Int16 = NDArray[np.int16]

_LIMITS = Limits(wall_s=300, cpu_s=6 * 3600)
_BLOCK = SAMPLE_RATE


class Sound:
    """Samples in order. `failed` holds the decoder's error, if it broke off before the end of the file."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.failed: ProgramFailed | None = None

    def read(self, samples: int) -> Int16:
        """Exactly `samples` samples; fewer at the end, or where the decoder broke off (see `failed`)."""
        blocks = []
        while samples and not self.failed:
            try:
                data = self._stream.read(2 * min(samples, _BLOCK))
            except ProgramFailed as failed:
                self.failed = failed
                break
            if not data:
                break
            blocks.append(np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.int16))
            samples -= len(blocks[-1])
        return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int16)

    def skip(self, samples: int) -> int:
        """Read and forget; returns how many there were."""
        left = samples
        while left and (got := len(self.read(min(left, 60 * _BLOCK)))):
            left -= got
        return samples - left


@contextmanager
def opened(
    source: Path, *, jail: Jail, level: Level, stream_index: int, start_sample: int = 0
) -> Iterator[Sound]:
    """The sound of one track (`AudioStream.index`) from `start_sample` on, at 16 kHz.

    The beginning is decoded and thrown away, not jumped over: in MP3, AMR or RealMedia a jump lands where the
    file's guess lies, and a word would be lost or written twice. Decoding costs a hundredth of the time of
    hearing. Sound is resampled before it is levelled, so that frames do not depend on the source.
    """
    argv = command(source, level=level, stream_index=stream_index)
    with jail.stream(argv, read=[source], limits=_LIMITS) as stream:
        sound = Sound(stream)
        sound.skip(start_sample)
        yield sound


def command(source: Path, *, level: Level, stream_index: int) -> list[str]:
    """The ffmpeg command. Gaps become silence, and the first sample is at 0 of the recording's own clock."""
    heard = open_input(source)[str(stream_index)].filter(
        "aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0}
    )
    heard = heard.filter("aformat", channel_layouts="mono")
    for name, options in level.filters:
        heard = heard.filter(name, **dict(options))
    return argv_of(heard.output("pipe:1", format="s16le", acodec="pcm_s16le", ac=1, ar=SAMPLE_RATE))


def as_float(samples: Int16) -> Float32:
    return samples.astype(np.float32) / np.float32(32768)
