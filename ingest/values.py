"""The frozen values that cross the border of `ingest`: what was found in a file and what was made from it.

Media time is integer milliseconds (suffix `_ms`) from the start of the original. Nothing here opens a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["sound", "film"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word as an engine heard it; `probability` in 0..1, `text` without outer spaces."""

    start_ms: int
    end_ms: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDraft:
    """A stretch of speech as an engine wrote it, before any person read it.

    `flags` name the gates it did not pass (docs/speech.md); a flagged segment is shown, never deleted.
    `words` may be empty (an engine without word times). `language` is an ISO 639-1 code or "".
    """

    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...] = ()
    avg_logprob: float = 0.0
    no_speech_prob: float = 0.0
    compression_ratio: float = 1.0
    language: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkResult:
    """One transcribed chunk. `next_sample` (16 kHz, from the start of the original) begins the next one.

    `speech_ms` is speech found by voice activity, `unworded_ms` the part of it that got no words.
    """

    segments: tuple[SegmentDraft, ...]
    next_sample: int
    language: str
    language_probability: float
    speech_ms: int
    unworded_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioStream:
    """One sound track. `index` is its place among all streams; `language` as tagged in the file, or ""."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoStream:
    """One moving picture. Size in pixels as stored, before rotation (clockwise degrees) and `sar`.

    `interlaced` is true for a declared field order and for DV, which is interlaced whatever it says.
    """

    index: int
    codec: str
    width: int
    height: int
    fps: float
    rotation: int = 0
    sar: tuple[int, int] = (1, 1)
    interlaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What ffprobe says of an accepted file. `declared_ms` is a claim (truncated files lie), or None.

    `video` leaves out cover pictures; `kind` is "film" only if there is a moving picture.
    """

    container: str
    kind: Kind
    declared_ms: int | None
    size_bytes: int
    audio: tuple[AudioStream, ...]
    video: tuple[VideoStream, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated:
    """A finding, not an error: the file declares more than can be decoded. The master is kept."""

    declared_ms: int
    decoded_ms: int

    @property
    def missing_ms(self) -> int:
        return self.declared_ms - self.decoded_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A received file as its bytes show it. `mac` is an HMAC-SHA256 (hex) under the caller's key.

    The `mac` finds duplicates. `sniffed` is the container family by content ("wav", "mov", ...).
    """

    size_bytes: int
    mac: str
    sniffed: str
    mime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A file made for someone from an original, in the scratch folder until it is sealed.

    Pictures have a width and height in pixels and no duration, sound the other way round, film all three.
    """

    path: Path
    mime: str
    duration_ms: int
    size_bytes: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The waveform: per 1/`per_second` s the greatest |sample|, 0..255."""

    values: tuple[int, ...]
    per_second: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One caption: plain text (newlines kept, no tags), its `voice` (speaker), its identifier."""

    start_ms: int
    end_ms: int
    text: str
    voice: str = ""
    identifier: str = ""
