"""The settings, read once from the environment; all problems are reported together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.errors import SettingsInvalid

KEY_MODES = ("demo", "passphrase")
ENGINES = ("faster-whisper", "openai-whisper", "scripted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of an archive (docs/operation.md explains each)."""

    data: Path
    keys: Path
    root_key_file: Path
    scratch: Path
    host: str = "127.0.0.1"
    port: int = 8000
    key_mode: str = "passphrase"
    passphrase_file: Path | None = None
    base_url: str = ""
    archive_name: str = "Saksi"
    plain_name: str = "Reading room"
    telephone: str = ""
    help_hours: str = ""
    engine: str = "faster-whisper"
    model: str = "base"
    model_hub: bool = False
    trust_model: str = ""
    threads: int = 2
    demo: bool = False

    @property
    def address(self) -> str:
        """Where people reach the site; https unless it is this very machine."""
        return self.base_url or f"http://{self.host}:{self.port}"


def _folder(environ: Mapping[str, str], name: str, fallback: Path) -> Path:
    return Path(environ[name]).expanduser().absolute() if environ.get(name) else fallback


def _number(
    environ: Mapping[str, str], name: str, default: int, low: int, high: int, problems: list[str]
) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        problems.append(f"{name} is {text!r}: it must be a whole number from {low} to {high}.")
        return default
    return int(text)


def _choice(
    environ: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...], problems: list[str]
) -> str:
    text = environ.get(name, "") or default
    if text not in allowed:
        problems.append(f"{name} is {text!r}: it must be one of {', '.join(allowed)}.")
        return default
    return text


def _switch(environ: Mapping[str, str], name: str, problems: list[str]) -> bool:
    return _choice(environ, name, "no", ("yes", "no"), problems) == "yes"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ` (the process's own if none is given).

    With `SAKSI_DATA` alone, keys, root key and scratch lie in folders beside it, never inside it.

    :raises SettingsInvalid: with every problem found.
    """
    environ = os.environ if environ is None else environ
    problems: list[str] = []
    if not environ.get("SAKSI_DATA"):
        raise SettingsInvalid(["SAKSI_DATA is not set: say in which folder the archive lies."])
    data = Path(environ["SAKSI_DATA"]).expanduser().absolute()
    keys = _folder(environ, "SAKSI_KEYS", data.with_name(data.name + "-keys"))
    root_key_file = _folder(environ, "SAKSI_ROOT_KEY_FILE", data.with_name(data.name + "-root") / "root.key")
    scratch = _folder(environ, "SAKSI_SCRATCH", data.with_name(data.name + "-scratch"))
    places = {"SAKSI_KEYS": keys, "SAKSI_ROOT_KEY_FILE": root_key_file, "SAKSI_SCRATCH": scratch}
    for name, place in places.items():
        if place.resolve().is_relative_to(data.resolve()) or data.resolve().is_relative_to(place.resolve()):
            problems.append(
                f"{name} ({place}) and SAKSI_DATA ({data}) lie inside each other: keys and plain media must never "
                "lie with the sealed data. Nothing was written; choose another folder."
            )
    passphrase_file = environ.get("SAKSI_PASSPHRASE_FILE")
    settings = Settings(
        data=data,
        keys=keys,
        root_key_file=root_key_file,
        scratch=scratch,
        host=environ.get("SAKSI_HOST", "") or "127.0.0.1",
        port=_number(environ, "SAKSI_PORT", 8000, 1, 65535, problems),
        key_mode=_choice(environ, "SAKSI_KEY_MODE", "passphrase", KEY_MODES, problems),
        passphrase_file=Path(passphrase_file).expanduser().absolute() if passphrase_file else None,
        base_url=environ.get("SAKSI_BASE_URL", "").rstrip("/"),
        archive_name=environ.get("SAKSI_ARCHIVE_NAME", "") or "Saksi",
        plain_name=environ.get("SAKSI_PLAIN_NAME", "") or "Reading room",
        telephone=environ.get("SAKSI_TELEPHONE", ""),
        help_hours=environ.get("SAKSI_HELP_HOURS", ""),
        engine=_choice(environ, "SAKSI_ENGINE", "faster-whisper", ENGINES, problems),
        model=environ.get("SAKSI_MODEL", "") or "base",
        model_hub=_switch(environ, "SAKSI_MODEL_HUB", problems),
        trust_model=environ.get("SAKSI_TRUST_MODEL", ""),
        threads=_number(environ, "SAKSI_THREADS", len(os.sched_getaffinity(0)), 1, 256, problems),
        demo=_switch(environ, "SAKSI_DEMO", problems),
    )
    if settings.host not in {"127.0.0.1", "::1", "localhost"} and not settings.base_url.startswith(
        "https://"
    ):
        problems.append(
            "SAKSI_HOST is reachable from other machines, but SAKSI_BASE_URL is no https:// address: "
            "the site is served beyond this machine only behind https."
        )
    if problems:
        raise SettingsInvalid(problems)
    return settings
