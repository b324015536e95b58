"""Levels: quiet speech is raised beside loud speech, and each level is one known chain of filters."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from ingest.levels import EVEN, LEVELS, NOISY_TAPE, UNTOUCHED, Level
from ingest.pcm import command
from tests.contracts.speech_sounds import saved

RATE = 16_000


def loudness_db(sound: np.ndarray) -> float:  # type: ignore[type-arg]
    return 20 * float(np.log10(np.sqrt(np.mean(sound.astype(np.float64) ** 2)) / 32768))


def test_the_chain_is_written_as_ffmpeg_reads_it() -> None:
    assert EVEN.chain == "dynaudnorm=f=200:g=5:p=0.9:m=100"
    assert NOISY_TAPE.chain.endswith(EVEN.chain)
    assert NOISY_TAPE.chain.startswith("highpass=f=80,afftdn=")
    assert UNTOUCHED.chain == ""
    assert {name: level.name for name, level in LEVELS.items()} == {name: name for name in LEVELS}


def levelled(sound: np.ndarray, level: Level, path: Path) -> np.ndarray:  # type: ignore[type-arg]
    argv = command(saved(sound.astype(np.float32), path), level=level, stream_index=0)
    return np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, "<i2")


def test_a_quiet_voice_after_a_loud_one_is_raised(tmp_path: Path) -> None:
    """A tone of a voice's pitch at -20 dB, then one 26 dB quieter: levelled, they are within 6 dB."""
    time = np.arange(5 * RATE) / RATE
    tone = 0.14 * np.sin(2 * np.pi * 220 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time))
    apart = {}
    for level in (UNTOUCHED, EVEN):
        sound = levelled(np.concatenate([tone, tone / 20]), level, tmp_path / f"{level.name}.wav")
        apart[level] = loudness_db(sound[RATE : 4 * RATE]) - loudness_db(sound[6 * RATE : 9 * RATE])
    assert apart[UNTOUCHED] == pytest.approx(26.0, abs=0.5)
    assert abs(apart[EVEN]) < 6.0


def test_the_hum_of_a_tape_is_lowered_beside_the_voice(tmp_path: Path) -> None:
    time = np.arange(10 * RATE) / RATE
    sound = 0.1 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 50 * time)
    above = {}
    for level in (EVEN, NOISY_TAPE):
        heard = levelled(sound, level, tmp_path / f"{level.name}.wav")[2 * RATE : 8 * RATE]
        parts = np.abs(np.fft.rfft(heard))
        above[level] = 20 * np.log10(parts[440 * 6] / parts[50 * 6])
    assert above[NOISY_TAPE] > above[EVEN] + 5.0
