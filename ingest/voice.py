"""Where there is speech: voice activity, the place to cut a stream, and windows packed with speech only.

Voice activity is Silero (MIT), as shipped with faster-whisper; it runs on the levelled sound. It is what
keeps Whisper from writing over silence (docs/speech.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.transcribe import SAMPLE_RATE

Float32 = NDArray[np.float32]

WINDOW_S = 30
_PAD = 400 * SAMPLE_RATE // 1000
_JOIN_SILENCE_MS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Speech from `start` to `end`, in samples at 16 kHz from the chunk's start."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Stretches laid end to end, at most 30 s: what an engine hears at once, without the silence between."""

    pieces: tuple[Stretch, ...]

    @property
    def length(self) -> int:
        return sum(piece.length for piece in self.pieces)

    def sound(self, pcm: Float32) -> Float32:
        return np.concatenate([pcm[piece.start : piece.end] for piece in self.pieces])

    def place(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Times in the packed window as times in the chunk, kept inside the stretch that holds their
        middle.
        """
        middle = _samples(start_ms + end_ms) // 2
        before = 0
        for piece in self.pieces:
            if middle < before + piece.length or piece is self.pieces[-1]:
                shift = piece.start - before
                return tuple(  # type: ignore[return-value]
                    _ms(min(max(_samples(at) + shift, piece.start), piece.end)) for at in (start_ms, end_ms)
                )
            before += piece.length
        raise ValueError("a window without pieces")


def speech(pcm: Float32) -> tuple[Stretch, ...]:
    """Stretches of speech as found, without padding; pauses under 160 ms do not end one."""
    if not len(pcm):
        return ()
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    longest_s = WINDOW_S - 2 * _PAD / SAMPLE_RATE
    found = get_speech_timestamps(
        pcm,
        VadOptions(
            min_silence_duration_ms=_JOIN_SILENCE_MS, speech_pad_ms=0, max_speech_duration_s=longest_s
        ),
    )
    return tuple(Stretch(start=int(s["start"]), end=min(int(s["end"]), len(pcm))) for s in found)


def padded(stretches: Iterable[Stretch], length: int, pad: int = _PAD) -> tuple[Stretch, ...]:
    """Stretches with up to `pad` samples (0.4 s) of what surrounds them, for soft word ends; they never
    overlap.
    """
    given = tuple(stretches)
    out: list[Stretch] = []
    for i, this in enumerate(given):
        start = max(0, this.start - pad)
        end = min(length, this.end + pad)
        if i and start < out[-1].end:
            start = out[-1].end
        if i + 1 < len(given):
            end = min(end, max(this.end, (this.end + given[i + 1].start) // 2))
        out.append(Stretch(start=start, end=end))
    return tuple(out)


def packed(stretches: Iterable[Stretch], longest_s: int = WINDOW_S) -> tuple[Window, ...]:
    """Stretches packed in order into windows of at most `longest_s`; a longer one is cut (Whisper hears 30
    s at once).
    """
    longest = longest_s * SAMPLE_RATE
    windows: list[Window] = []
    pieces: list[Stretch] = []
    held = 0
    for stretch in _no_longer_than(stretches, longest):
        if pieces and held + stretch.length > longest:
            windows.append(Window(pieces=tuple(pieces)))
            pieces, held = [], 0
        pieces.append(stretch)
        held += stretch.length
    if pieces:
        windows.append(Window(pieces=tuple(pieces)))
    return tuple(windows)


def cut(stretches: Sequence[Stretch], length: int) -> int:
    """Where to cut a buffer of `length` samples: in the middle of the longest pause of its last third.

    Without any pause there (someone who talks on, music) it is cut at its end.
    """
    earliest = length * 2 // 3
    edges = [0, *(edge for s in stretches for edge in (s.start, s.end)), length]
    best, best_pause = length, 0
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        start = max(start, earliest)
        if end - start > best_pause:
            best, best_pause = (start + end) // 2, end - start
    return best


def _no_longer_than(stretches: Iterable[Stretch], most: int) -> Iterator[Stretch]:
    for stretch in stretches:
        start = stretch.start
        while stretch.end - start > most:
            yield Stretch(start=start, end=start + most)
            start += most
        if start < stretch.end:
            yield Stretch(start=start, end=stretch.end)


def _samples(ms: int) -> int:
    return ms * SAMPLE_RATE // 1000


def _ms(samples: int) -> int:
    return samples * 1000 // SAMPLE_RATE
