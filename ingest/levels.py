"""How sound is levelled for the engine's ear only; what people hear and what is kept is never touched by
it.

Why: when one window holds a loud interviewer and a quiet narrator, Whisper writes the loud voice and drops
the quiet one without a sign. On real readers from -20 to -67 dB in one file this lost more than half of the
words; `dynaudnorm` brings nearly all of them back and costs level speech nothing (docs/speech.md,
bench/speech.py). It works on frames of 200 ms, smoothed over five, and may raise a frame a hundredfold (40
dB).
"""

from __future__ import annotations

from dataclasses import dataclass

Filter = tuple[str, tuple[tuple[str, float], ...]]

_EVEN_OUT: Filter = ("dynaudnorm", (("f", 200), ("g", 5), ("p", 0.9), ("m", 100)))
_RUMBLE: Filter = ("highpass", (("f", 80),))
_LIGHT_DENOISE: Filter = ("afftdn", (("nr", 12), ("nf", -30), ("tn", 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A named chain of ffmpeg filters (name, options), applied to mono sound at 16 kHz."""

    name: str
    filters: tuple[Filter, ...]

    @property
    def chain(self) -> str:
        """As ffmpeg writes it; part of the key of a half-done transcription and of the record beside it."""
        return ",".join(
            f"{name}=" + ":".join(f"{key}={value}" for key, value in options)
            for name, options in self.filters
        )


EVEN = Level(name="even", filters=(_EVEN_OUT,))

# Light noise reduction helps a tape with hiss and hum at about 5-15 dB and hurts everything else; stronger
# reduction hurts everywhere. So it is chosen by a person for one recording, never by default.
NOISY_TAPE = Level(name="noisy-tape", filters=(_RUMBLE, _LIGHT_DENOISE, _EVEN_OUT))

UNTOUCHED = Level(name="untouched", filters=())

LEVELS = {level.name: level for level in (EVEN, NOISY_TAPE, UNTOUCHED)}
