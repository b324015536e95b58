"""An engine that hears nothing: it reads prepared drafts from a sidecar file, for fast tests and
demonstrations.

The sidecar is JSON: `{"language": "en", "segments": [{"start_ms", "end_ms", "text"}]}`, times counted from
the start of the sound it is given. Words are spread evenly over their segment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ScriptUnreadable
from ingest.transcribe import SAMPLE_RATE, Heard, ModelId, Options
from ingest.values import Word
from ingest.voice import Float32, Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One prepared stretch of text, in ms of the sound it stands for."""

    start_ms: int
    end_ms: int
    text: str


class Scripted:
    """Gives the lines that lie in the sound it is handed.

    A new sound begins where the last new one ended; the same sound again gets the same lines, as from an
    engine.
    """

    name = "scripted"
    version = "1"

    def __init__(self, lines: Sequence[Line], *, language: str = "en", start_sample: int = 0) -> None:
        self._lines, self._language = tuple(lines), language
        self._next_sample = start_sample
        self._begins: dict[str, int] = {}

    @classmethod
    def from_file(cls, sidecar: Path, *, start_sample: int = 0) -> Scripted:
        """Read a sidecar; `start_sample` is where the first sound it gets begins. Raises ScriptUnreadable."""
        try:
            told = json.loads(sidecar.read_text("utf-8"))
            lines = [
                Line(start_ms=int(s["start_ms"]), end_ms=int(s["end_ms"]), text=str(s["text"]))
                for s in told["segments"]
            ]
            language = str(told.get("language", "en"))
        except OSError:
            raise ScriptUnreadable("it is not there") from None
        except (ValueError, KeyError, TypeError, AttributeError) as broken:
            raise ScriptUnreadable(f"it is not in its form: {type(broken).__name__}") from broken
        return cls(lines, language=language, start_sample=start_sample)

    def model_id(self) -> ModelId:
        text = json.dumps([[line.start_ms, line.end_ms, line.text] for line in self._lines])
        return ModelId(
            name="script",
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            revision="",
            n_vocab=0,
            licence="",
            source="a sidecar file",
        )

    def detect_language(self, pcm: Float32) -> list[tuple[str, float]]:  # noqa: ARG002  (the promise has it)
        return [(self._language, 1.0)]

    def transcribe(self, pcm: Float32, options: Options, speech: Sequence[Stretch]) -> Iterator[Heard]:
        """Lines whose middle lies in this chunk; as a real engine, nothing for a sound without speech."""
        start = self._begin(pcm)
        start_ms, end_ms = start * 1000 // SAMPLE_RATE, (start + len(pcm)) * 1000 // SAMPLE_RATE
        if not speech:
            return
        for line in self._lines:
            if start_ms <= (line.start_ms + line.end_ms) // 2 < end_ms:
                begin, end = max(0, line.start_ms - start_ms), min(line.end_ms, end_ms) - start_ms
                yield Heard(
                    start_ms=begin,
                    end_ms=end,
                    text=line.text,
                    words=_spread(line.text, begin, end),
                    language=options.language or self._language,
                )

    def _begin(self, pcm: Float32) -> int:
        sound = hashlib.sha256(pcm.tobytes()).hexdigest()
        if sound not in self._begins:
            self._begins[sound] = self._next_sample
            self._next_sample += len(pcm)
        return self._begins[sound]


def _spread(text: str, start_ms: int, end_ms: int) -> tuple[Word, ...]:
    words = text.split()
    step = (end_ms - start_ms) / max(1, len(words))
    return tuple(
        Word(
            start_ms=start_ms + round(i * step),
            end_ms=start_ms + round((i + 1) * step),
            text=word,
            probability=1.0,
        )
        for i, word in enumerate(words)
    )
