"""What a speech engine promises: one chunk of sound in, drafts with times out (docs/speech.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from ingest.values import SegmentDraft

if TYPE_CHECKING:
    from ingest.voice import Float32, Stretch

SAMPLE_RATE = 16_000


class Mode(StrEnum):
    """How an engine listens: BATCHED hears several windows at once; CAREFUL one by one, hearing leftovers
    again.
    """

    BATCHED = "batched"
    CAREFUL = "careful"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelId:
    """Which weights wrote a text. `sha256` is of the file as published; it is what two runs are compared
    by.
    """

    name: str
    sha256: str
    revision: str
    n_vocab: int
    licence: str
    source: str

    @property
    def english_only(self) -> bool:
        """Whisper's English-only models have one token less than the many-language ones (51864)."""
        return self.n_vocab == 51_864


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to listen. `language` is an ISO 639-1 code, or None: heard anew for each window of 30 s.

    Beam 5, batch 4 is the measured best of docs/speech.md: greedy is a tenth faster and half a point worse.
    """

    language: str | None = None
    beam: int = 5
    batch: int = 4
    mode: Mode = Mode.BATCHED

    def digest(self) -> str:
        """SHA-256 (hex) of these settings: part of the key under which a half-done transcription is
        continued.
        """
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def carefully(self) -> Options:
        return replace(self, mode=Mode.CAREFUL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(SegmentDraft):
    """A draft as it leaves the engine: at most one window long, with the certainty of its language (0..1)."""

    language_probability: float = 1.0


class Transcriber(Protocol):
    """A speech engine with its weights loaded.

    Levelling, voice activity, chunks, checkpoints and gates are outside (`ingest.pipeline`), so that engines
    share them and are compared fairly. An engine may be used by one thread at a time.
    """

    @property
    def name(self) -> str:
        """ "faster-whisper", "openai-whisper", "scripted"."""

    @property
    def version(self) -> str:
        """Of the library and the arithmetic, for the record: "1.2.1 int8"."""

    def model_id(self) -> ModelId: ...

    def detect_language(self, pcm: Float32) -> list[tuple[str, float]]:
        """Languages of the first 30 s of `pcm` with probabilities, most probable first."""

    def transcribe(self, pcm: Float32, options: Options, speech: Sequence[Stretch]) -> Iterator[Heard]:
        """Drafts of one chunk, in order of time, times in ms from the chunk's start.

        `pcm` is mono float32 at 16 kHz in -1..1; `speech` says where to listen (`ingest.voice.padded`),
        outside it nothing is heard and no text is written. Raises TranscriptionFailed, LanguageNotInModel.
        """
