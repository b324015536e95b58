"""Sounds for the speech suites: real recordings where SAKSI_SAMPLES says, silence anywhere, word errors."""

from __future__ import annotations

import os
import re
import subprocess
import wave
from pathlib import Path

import jiwer
import numpy as np

from ingest.levels import EVEN
from ingest.voice import Float32

SAMPLES = Path(os.environ["SAKSI_SAMPLES"]) if os.environ.get("SAKSI_SAMPLES") else None
RATE = 16_000


def sample(name: str) -> Path:
    assert SAMPLES is not None, "only called by suites that are collected where SAKSI_SAMPLES is set"
    return SAMPLES / name


def reference(name: str) -> str:
    return sample(name).read_text("utf-8")


def decoded(source: Path, chain: str = f"aresample=16000,{EVEN.chain}") -> Float32:
    """Decoded by ffmpeg without our pipeline, so that an engine can be tried on sound alone."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(source), "-af", chain]
    raw = subprocess.run(
        [*command, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"], capture_output=True, check=True
    )
    return np.frombuffer(raw.stdout, np.float32).copy()


def silence(seconds: float) -> Float32:
    return np.zeros(int(seconds * RATE), np.float32)


def saved(sound: Float32, path: Path) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def readers(language: str, *, equal_levels: bool) -> tuple[Float32, str]:
    """Ten readers of FLEURS in one recording with 0.8 s between them, and what they read.

    Their levels lie from -20 to -67 dB; `equal_levels` brings each to -20 dB first, the reference for
    levelling.
    """
    parts, texts = [silence(0.3)], []
    for i in range(10):
        name = f"fleurs/fleurs-{language}-{i:03d}"
        clip = decoded(sample(f"{name}.ogg"), "anull")
        gain = 0.1 / float(np.sqrt(np.mean(clip**2))) if equal_levels else 1.0
        parts += [clip * gain, silence(0.8)]
        texts.append(reference(f"{name}.txt"))
    return np.concatenate(parts).astype(np.float32), " ".join(texts)


def plain(text: str) -> str:
    """Lower case, words only: enough to compare one engine with itself."""
    return " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))


def word_errors(said: str, written: str) -> float:
    """Word error rate in percent (substituted, left out and added words against the words said)."""
    return 100 * float(jiwer.wer(plain(said), plain(written)))


def words_left_out(said: str, written: str) -> float:
    """Words said that have no counterpart in what was written, in percent of the words said."""
    found = jiwer.process_words(plain(said), plain(written))
    return 100 * found.deletions / (found.hits + found.substitutions + found.deletions)
