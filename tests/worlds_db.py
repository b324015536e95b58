"""A real archive in a temporary folder, with cheap guesses and a clock that tests move; small things to put in it."""

from __future__ import annotations

import math
import struct
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import select

from archive.actors import DUTIES, Actor, actor_of
from archive.db.models import Original, Role, Step
from archive.services.accounts import NewAccount
from archive.services.deposit import NewPerson, NewTestimony, TestimonyMade
from archive.settings import Settings
from archive.vault.roots import Stretching
from archive.wiring import Archive, Costs, init_archive, open_archive
from archive.worker.handlers import all_handlers
from archive.worker.runner import Runner
from archive.worker.scratch import Scratch
from archive.worker.tools import Tools

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "four words of a test"
PASSPHRASE = "a passphrase only for tests"
CHEAP = Costs(
    hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
    stretching=Stretching(memory_kib=8, passes=1, lanes=1),
)


@dataclass(slots=True)
class MovableClock:
    """Stands still until a test moves it. Starts before the machine's clock, so that nothing is in its future."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        """Forward (or back) by a timedelta's arguments."""
        self.at += timedelta(**by)


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings with every place inside `folder`, key mode demo, and the scripted speech engine."""
    settings = Settings(
        data=folder / "data", keys=folder / "keys", scratch=folder / "scratch",
        root_key_file=folder / "root" / "root.key",
        key_mode="demo", engine="scripted", model=str(folder / "script.json"), archive_name="Test archive",
    )  # fmt: skip
    return replace(settings, **changes)  # type: ignore[arg-type]


def environment_of(settings: Settings) -> dict[str, str]:
    """The same settings as environment variables, for commands in a process of their own."""
    return {
        "SAKSI_DATA": str(settings.data), "SAKSI_KEYS": str(settings.keys), "SAKSI_SCRATCH": str(settings.scratch),
        "SAKSI_ROOT_KEY_FILE": str(settings.root_key_file), "SAKSI_KEY_MODE": settings.key_mode,
        "SAKSI_ENGINE": settings.engine, "SAKSI_MODEL": settings.model, "SAKSI_PORT": str(settings.port),
    }  # fmt: skip


def build_archive(tmp_path: Path, clock: MovableClock | None = None, **changes: object) -> Archive:
    """A new, empty, open archive under `tmp_path`. Its clock is `archive.clock`, a `MovableClock`."""
    settings = settings_in(tmp_path, **changes)
    passphrase = PASSPHRASE if settings.key_mode == "passphrase" else None
    clock = clock or MovableClock()
    init_archive(settings, passphrase=passphrase, clock=clock, costs=CHEAP)
    return open_archive(settings, passphrase=passphrase, clock=clock, costs=CHEAP)


def runner_of(archive: Archive) -> Runner:
    """A worker in this process, for `run_until_idle()`. Its scratch lies beside that of other processes."""
    scratch = Scratch(archive.places.scratch / "in-test")
    scratch.folder.mkdir(parents=True, exist_ok=True)
    tools = Tools(archive=archive, scratch=scratch)
    runner = Runner(archive.database, all_handlers(tools))
    tools.listens_to(runner)
    return runner


def make_actor(
    archive: Archive,
    login: str,
    *,
    duties: Sequence[str] = DUTIES,
    doors: Sequence[str] = (),
    conditions: str = "",
) -> Actor:
    """An account as an actor; staff with every duty unless told otherwise."""
    account_id = archive.accounts.create(
        "test",
        NewAccount(
            login=login,
            display=login.title(),
            password=PASSWORD,
            duties=duties,
            doors=doors,
            conditions=conditions,
        ),
    )
    return actor_now(archive, account_id)


def actor_now(archive: Archive, account_id: str) -> Actor:
    """The account as it stands at this moment of the archive's clock."""
    with archive.database.snapshot() as look:
        actor = actor_of(look, account_id, archive.clock.now())
    assert actor is not None
    return actor


def make_testimony(
    archive: Archive, actor: Actor, *narrators: str, title: str = "A title", **more: object
) -> TestimonyMade:
    """A testimony in the state draft, in the first collection (made if there is none)."""
    from archive.db.models import Collection

    with archive.database.snapshot() as look:
        collection_id = look.scalar(select(Collection.id).limit(1))
    collection_id = collection_id or archive.deposits.create_collection(actor.id, "Test collection")
    people = [NewPerson(name=name) for name in narrators or ("Narrator One",)]
    return archive.deposits.create(
        actor,
        NewTestimony(collection_id=collection_id, narrators=people, titles={"en": title}, **more),  # type: ignore[arg-type]
    )


def write_tone(path: Path, *, seconds: float = 3.0, rate: int = 16_000, hertz: float = 220.0) -> Path:
    """A WAV file with a quiet tone: real sound, no speech."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(
            b"".join(
                struct.pack("<h", int(8000 * math.sin(2 * math.pi * hertz * i / rate)))
                for i in range(int(seconds * rate))
            )
        )
    return path


def write_film(path: Path, *, seconds: float = 3.0, sound: bool = True, voice: Path | None = None) -> Path:
    """A short test film in MP4: silent, with a tone, or with the sound of another file."""
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi"]
    argv += ["-i", f"testsrc=size=320x240:rate=10:duration={seconds}"]
    if voice is not None:
        argv += ["-i", str(voice), "-t", str(seconds)]
    elif sound:
        argv += ["-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}", "-shortest"]
    subprocess.run([*argv, "-pix_fmt", "yuv420p", "-y", str(path)], check=True)
    return path


def write_speech(path: Path, *, seconds: float = 10.0, words: str = "We walked along the river. ") -> Path:
    """A machine voice that says the same words until the time is over."""
    said = words * (1 + int(seconds))
    spoken = subprocess.run(
        ["espeak-ng", "-v", "en", "--stdout", said], check=True, capture_output=True
    ).stdout
    argv = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        "pipe:",
        "-t",
        str(seconds),
        "-ar",
        "16000",
        "-y",
        str(path),
    ]
    subprocess.run(argv, input=spoken, check=True)
    return path


def write_script(archive: Archive, *lines: tuple[int, int, str], language: str = "en") -> None:
    """What the scripted engine will hear: (start_ms, end_ms, text) in the recording's time."""
    import json

    segments = [{"start_ms": start, "end_ms": end, "text": text} for start, end, text in lines]
    Path(archive.settings.model).write_text(json.dumps({"language": language, "segments": segments}))


def steps_of(archive: Archive, testimony_id: str) -> dict[str, str]:
    """Kind of step to its state, the latest version of each."""
    with archive.database.snapshot() as look:
        rows = look.scalars(select(Step).where(Step.testimony_id == testimony_id).order_by(Step.version))
        return {row.kind: row.state for row in rows}


def originals_of(archive: Archive, testimony_id: str) -> list[Original]:
    """Its originals in order."""
    with archive.database.snapshot() as look:
        rows = look.scalars(
            select(Original).where(Original.testimony_id == testimony_id).order_by(Original.ordinal)
        ).all()
        look.expunge_all()
        return list(rows)


def narrators_of(archive: Archive, testimony_id: str) -> list[str]:
    """Ids of its narrators, in order."""
    with archive.database.snapshot() as look:
        wanted = (
            select(Role.person_id)
            .where(Role.testimony_id == testimony_id, Role.role == "narrator")
            .order_by(Role.ordinal)
        )
        return list(look.scalars(wanted))
