"""`saksi ingest` and bad input: each gets a clear sentence, and nothing is lost (docs/operation.md, bad files)."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.settings import Settings
from archive.steps import kinds
from archive.vault.keys import KeyOwner
from archive.wiring import Archive, open_archive
from archive.worker import scratch as scratch_module
from tests.integration.conftest import Cli
from tests.media_files import tone
from tests.unit.ingest.test_probe import claim_hours
from tests.worlds_db import CHEAP, PASSWORD, runner_of, write_film, write_script, write_tone


@pytest.fixture
def ready(saksi: Cli, settings: Settings) -> Settings:
    """An archive with an archivist and a collection."""
    saksi("init")
    saksi("account", "add", "sok", "--duty", "intake", typed=PASSWORD + "\n")
    saksi("collection", "add", "Villages")
    return settings


@pytest.fixture
def archive(ready: Settings) -> Iterator[Archive]:
    archive = open_archive(ready, costs=CHEAP)
    write_script(archive)
    yield archive
    archive.close()


def ingest(saksi: Cli, *files: Path, **options: str) -> tuple[int, str]:
    named = [part for name, value in options.items() for part in (f"--{name}", value)]
    return saksi("ingest", *map(str, files), "--login", "sok", "--narrator", "Somebody", *named)


def counts(archive: Archive) -> tuple[int, int, int]:
    """Testimonies, originals, stored objects."""
    with archive.database.snapshot() as look:
        testimonies = len(look.scalars(select(m.Testimony.id)).all())
        originals = len(look.scalars(select(m.Original.id)).all())
    return testimonies, originals, len(list(archive.places.objects.rglob("sealed")))


def step_of(archive: Archive, kind: str) -> m.Step:
    with archive.database.snapshot() as look:
        row = look.scalars(select(m.Step).where(m.Step.kind == kind)).one()
        look.expunge(row)
        return row


def original_of(archive: Archive) -> m.Original:
    with archive.database.snapshot() as look:
        row = look.scalars(select(m.Original)).one()
        look.expunge(row)
        return row


def test_a_recording_is_taken_in_as_it_is(saksi: Cli, archive: Archive, tmp_path: Path) -> None:
    file = write_tone(tmp_path / "tape 1.wav")
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    status, told = ingest(saksi, file, language="km", title="A title")
    assert status == 0, told
    original = original_of(archive)
    with archive.database.snapshot() as look:
        testimony = look.scalars(select(m.Testimony)).one()
    assert testimony.code in told
    assert f"http://127.0.0.1:{archive.settings.port}/desk/{testimony.id}/files" in told
    owner = KeyOwner(kind="testimony", id=testimony.id)
    with archive.vault.open(owner, original.id, 1, "original") as sealed:
        assert hashlib.sha256(sealed.read()).hexdigest() == before
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert (original.language, original.size_bytes) == ("km", file.stat().st_size)
    assert archive.keys.status().without_recovery_copy == 0  # its keys lie in two places
    assert step_of(archive, kinds.PROBE).state == "waiting"


def test_several_files_are_one_testimony_and_more_can_follow(
    saksi: Cli, archive: Archive, tmp_path: Path
) -> None:
    files = [write_tone(tmp_path / f"{n}.wav", hertz=200 + n) for n in range(3)]
    status, told = ingest(saksi, *files[:2])
    assert (status, counts(archive)) == (0, (1, 2, 2))
    code = told.split("as testimony ")[1][:9]
    assert saksi("ingest", str(files[2]), "--login", "sok", "--testimony", code)[0] == 0
    assert counts(archive) == (1, 3, 3)
    with archive.database.snapshot() as look:
        assert sorted(look.scalars(select(m.Original.ordinal))) == [1, 2, 3]


def test_what_is_missing_is_asked_for(saksi: Cli, archive: Archive, tmp_path: Path) -> None:
    file = write_tone(tmp_path / "a.wav")
    status, told = saksi("ingest", str(file), typed="sok\nSomebody\n")
    assert (status, "Login of the account" in told, counts(archive)[0]) == (0, True, 1)
    assert saksi("ingest", str(file), typed="")[0] == 1
    assert saksi("ingest", str(tmp_path / "gone.wav"), "--login", "sok")[0] == 1
    assert ingest(saksi, file, collection="Towns")[0] == 1
    assert counts(archive)[0] == 1


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
BAD = {
    "notes.wav": (b"Only words, no sound at all. " * 50, "not"),
    "empty.mp3": (b"", "This file is empty. Nothing was stored"),
    "film.mp4": (PLAYLIST, "not a recording of sound or film"),
    "paper.pdf": (b"%PDF-1.7\n" + b"x" * 500, "a document (PDF)"),
    "photo.wav": (b"\x89PNG\r\n\x1a\n" + b"x" * 500, "a picture"),
    "noise.m4a": (bytes(range(256)) * 40, "not a readable recording"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_recording_is_refused_and_leaves_nothing(
    saksi: Cli, archive: Archive, tmp_path: Path, name: str
) -> None:
    content, sentence = BAD[name]
    (tmp_path / name).write_bytes(content)
    status, told = ingest(saksi, tmp_path / name)
    assert status == 1
    assert sentence in told
    assert "Nothing was stored and your file is as it was." in told
    assert counts(archive) == (0, 0, 0)
    assert (tmp_path / name).read_bytes() == content


def test_a_duplicate_is_named_by_where_it_is(saksi: Cli, archive: Archive, tmp_path: Path) -> None:
    file = write_tone(tmp_path / "a.wav")
    code = ingest(saksi, file)[1].split("as testimony ")[1][:9]
    again = tmp_path / "renamed.wav"
    again.write_bytes(file.read_bytes())
    status, told = ingest(saksi, again)
    assert (status, f"in the archive already, in {code}" in told) == (1, True)
    assert counts(archive) == (1, 1, 1)


def test_a_film_cut_in_the_middle_is_kept_and_its_loss_is_told(
    saksi: Cli, archive: Archive, tmp_path: Path
) -> None:
    whole = write_film(tmp_path / "whole.mkv", seconds=20)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert ingest(saksi, cut)[0] == 0
    runner_of(archive).run_until_idle()
    original = original_of(archive)
    assert "truncated" in original.findings.split()
    assert original.declared_ms == pytest.approx(20_000, abs=300)
    assert original.length_ms is not None
    assert original.length_ms < 15_000
    assert step_of(archive, kinds.TRANSCRIBE).state == "done"  # what is there is still heard


def test_eight_hours_in_a_small_file_are_not_believed(saksi: Cli, archive: Archive, tmp_path: Path) -> None:
    file = claim_hours(tone(tmp_path / "t.m4a", "-c:a", "aac", "-ar", "8000"), 8)
    assert ingest(saksi, file)[0] == 0
    runner_of(archive).run_until_idle()
    step = step_of(archive, kinds.PROBE)
    assert step.state == "failed"
    assert "far too long for its size" in step.reason
    assert "The file is kept, sealed and unchanged" in step.reason


def test_a_damaged_recording_is_kept_and_the_step_says_so(
    saksi: Cli, archive: Archive, tmp_path: Path
) -> None:
    file = tmp_path / "damaged.ogg"
    file.write_bytes(b"OggS" + os.urandom(5000))
    assert ingest(saksi, file)[0] == 0
    runner_of(archive).run_until_idle()
    step = step_of(archive, kinds.PROBE)
    assert step.state == "failed"
    assert "The file is kept, sealed and unchanged; no copy was made of it." in step.reason
    assert "Nothing was stored" not in step.reason
    assert counts(archive) == (1, 1, 1)


def test_without_scratch_space_a_step_waits_visibly_and_goes_on(
    saksi: Cli, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(saksi, write_tone(tmp_path / "a.wav"))
    with monkeypatch.context() as patch:
        patch.setattr(scratch_module, "RESERVE_BYTES", 1 << 60)
        runner_of(archive).run_until_idle()
    step = step_of(archive, kinds.PROBE)
    assert (step.state, step.attempts) == ("needs_scratch", 0)
    assert "not enough scratch space" in step.reason
    with archive.database.uow() as tx:
        tx.session.get_one(m.Step, step.id).not_before = None
    runner_of(archive).run_until_idle()
    assert step_of(archive, kinds.PROBE).state == "done"


def test_without_its_model_only_the_words_wait(saksi: Cli, ready: Settings, tmp_path: Path) -> None:
    archive = open_archive(replace(ready, engine="faster-whisper", model="huge"), costs=CHEAP)
    ingest(saksi, write_tone(tmp_path / "a.wav"))
    runner_of(archive).run_until_idle()
    words, copy = step_of(archive, kinds.TRANSCRIBE), step_of(archive, kinds.LISTENING_COPY)
    assert copy.state == "done"
    assert words.state == "waiting"
    assert "The speech model huge was not found. All recordings are safe and wait." in words.reason
    archive.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MiB for the data folder."""
    if os.geteuid() != 0:
        pytest.skip("a small disk can only be mounted by root")
    folder = tmp_path / "data"
    folder.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_keeps_what_is_there(
    small_disk: Path, saksi: Cli, ready: Settings, tmp_path: Path
) -> None:
    assert small_disk == ready.data
    small = write_tone(tmp_path / "small.wav", seconds=2)
    assert ingest(saksi, small)[0] == 0
    large = write_tone(tmp_path / "large.wav", seconds=300)
    status, told = ingest(saksi, large)
    assert status == 1
    assert "full. Nothing was lost" in told
    assert "0 of 1 files were taken in" in told
    archive = open_archive(ready, costs=CHEAP)
    assert counts(archive)[1:] == (1, 1)
    assert (
        saksi("ingest", str(small), "--login", "sok", "--narrator", "x")[0] == 1
    )  # still known, still there
    archive.close()
