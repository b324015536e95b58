"""Models: where weights come from, and that nothing unverified is ever used."""

from __future__ import annotations

import hashlib
import json
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from ingest import models, pins
from ingest.errors import ModelChecksumWrong, ModelIncomplete, ModelNotTrusted, ModelUnknown
from ingest.models import Fetched, Hub, resolve
from ingest.pins import Package
from ingest.transcribe import ModelId

WEIGHTS = b"not really weights, but bytes with a digest" * 100
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
BESIDE = {"config.json": b"{}", "tokenizer.json": b"{}", "vocabulary.txt": b"a\nb\nc\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A complete model folder that nobody knows."""
    path = tmp_path / "mine"
    path.mkdir()
    (path / "model.bin").write_bytes(WEIGHTS)
    for name, content in BESIDE.items():
        (path / name).write_bytes(content)
    return path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed packages that carry the two halves of a known model called "halves"."""
    site = tmp_path / "site"
    half = len(WEIGHTS) // 2
    for number, part in ((1, WEIGHTS[:half]), (2, WEIGHTS[half:])):
        data = site / f"saksi_test_half{number}" / "data"
        data.mkdir(parents=True)
        (data / f"model.bin.part{number}").write_bytes(part)
    for name, content in BESIDE.items():
        (site / "saksi_test_half1" / "data" / name).write_bytes(content)
    monkeypatch.syspath_prepend(str(site))
    carried = Package(
        model="halves",
        parts=(("saksi_test_half1", "data/model.bin.part1"), ("saksi_test_half2", "data/model.bin.part2")),
        beside=tuple(("saksi_test_half1", f"data/{name}") for name in BESIDE),
        install="saksi-test-half1 saksi-test-half2",
    )
    pin = ModelId(
        name="halves", sha256=DIGEST, revision="r1", n_vocab=3, licence="MIT", source="https://example.org"
    )
    monkeypatch.setattr(pins, "PACKAGES", (carried,))
    monkeypatch.setattr(pins, "KNOWN", (pin,))
    return site


class TestPath:
    def test_an_unknown_folder_is_pinned_on_first_use(self, folder: Path, tmp_path: Path) -> None:
        weights = resolve(str(folder), cache=tmp_path / "cache")
        assert (weights.path, weights.id.sha256, weights.id.n_vocab) == (folder, DIGEST, 3)
        assert json.loads((tmp_path / "cache" / "pins.json").read_text()) == {
            str(folder / "model.bin"): DIGEST
        }

    def test_once_pinned_a_changed_file_is_refused(self, folder: Path, tmp_path: Path) -> None:
        resolve(str(folder), cache=tmp_path / "cache")
        (folder / "model.bin").write_bytes(WEIGHTS + b"!")
        with pytest.raises(ModelChecksumWrong) as refused:
            resolve(str(folder), cache=tmp_path / "cache")
        assert refused.value.expected == DIGEST

    def test_known_weights_need_no_pin(
        self, folder: Path, tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        weights = resolve(str(folder), cache=tmp_path / "cache")
        assert (weights.id.name, weights.id.licence) == ("halves", "MIT")
        assert not (tmp_path / "cache" / "pins.json").exists()

    def test_a_trusted_digest_must_be_the_one_found(self, folder: Path, tmp_path: Path) -> None:
        assert resolve(str(folder), cache=tmp_path, trusted=DIGEST).id.sha256 == DIGEST
        with pytest.raises(ModelChecksumWrong):
            resolve(str(folder), cache=tmp_path, trusted="0" * 64)

    def test_a_trusted_digest_that_is_none_is_a_mistake_of_the_caller(
        self, folder: Path, tmp_path: Path
    ) -> None:
        with pytest.raises(ValueError, match="64 hex digits"):
            resolve(str(folder), cache=tmp_path, trusted="yes")

    @pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
    def test_a_missing_file_is_named(self, folder: Path, tmp_path: Path, missing: str) -> None:
        (folder / missing).unlink()
        with pytest.raises(ModelIncomplete) as refused:
            resolve(str(folder), cache=tmp_path)
        assert refused.value.missing == missing
        assert missing in refused.value.message

    def test_no_such_path(self, tmp_path: Path) -> None:
        with pytest.raises(ModelUnknown):
            resolve(str(tmp_path / "nowhere"), cache=tmp_path)

    def test_a_checkpoint_file_is_taken_by_its_name(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.pt"
        file.write_bytes(WEIGHTS)
        weights = resolve(str(file), cache=tmp_path / "cache")
        assert weights.checkpoint
        assert (weights.id.name, weights.id.sha256) == ("mine", DIGEST)


class TestPackage:
    def test_the_parts_are_joined_and_verified(self, package: Path, tmp_path: Path) -> None:
        weights = resolve("halves", cache=tmp_path / "cache")
        assert (weights.path / "model.bin").read_bytes() == WEIGHTS
        assert {p.name for p in weights.path.iterdir()} == {"model.bin", *BESIDE}
        assert weights.id.sha256 == DIGEST
        assert "saksi-test-half1" in weights.id.source

    def test_a_second_time_nothing_is_joined_again(self, package: Path, tmp_path: Path) -> None:
        first = resolve("halves", cache=tmp_path / "cache")
        before = (first.path / "model.bin").stat().st_ino
        assert resolve("halves", cache=tmp_path / "cache") == first
        assert (first.path / "model.bin").stat().st_ino == before

    def test_a_missing_part_is_named(self, package: Path, tmp_path: Path) -> None:
        (package / "saksi_test_half2" / "data" / "model.bin.part2").unlink()
        with pytest.raises(ModelIncomplete) as refused:
            resolve("halves", cache=tmp_path / "cache")
        assert "model.bin.part2" in refused.value.message
        assert "saksi-test-half2" in refused.value.message

    def test_a_changed_part_is_refused_and_leaves_nothing(self, package: Path, tmp_path: Path) -> None:
        part = package / "saksi_test_half1" / "data" / "model.bin.part1"
        part.write_bytes(part.read_bytes()[:-1] + b"X")
        with pytest.raises(ModelChecksumWrong):
            resolve("halves", cache=tmp_path / "cache")
        assert [p.name for p in (tmp_path / "cache").iterdir()] == [".lock"]

    def test_a_copy_spoilt_on_disk_is_made_again(self, package: Path, tmp_path: Path) -> None:
        weights = resolve("halves", cache=tmp_path / "cache")
        (weights.path / "model.bin").write_bytes(b"spoilt")
        resolve("halves", cache=tmp_path / "cache")
        assert (weights.path / "model.bin").read_bytes() == WEIGHTS

    def test_four_processes_at_once_all_get_the_whole_model(self, package: Path, tmp_path: Path) -> None:
        context = get_context("fork")
        workers = [context.Process(target=_resolve_or_die, args=(tmp_path / "cache",)) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)
        assert [worker.exitcode for worker in workers] == [0] * 4
        assert sorted(p.name for p in (tmp_path / "cache").iterdir()) == [".lock", f"halves-{DIGEST[:16]}"]


def _resolve_or_die(cache: Path) -> None:
    whole = (resolve("halves", cache=cache).path / "model.bin").read_bytes() == WEIGHTS
    sys.exit(0 if whole else 1)


class TestHub:
    def test_it_is_not_asked_unless_allowed(self, tmp_path: Path) -> None:
        def never(model: str, folder: Path) -> Fetched:
            raise AssertionError("the network was used")

        with pytest.raises(ModelUnknown):
            resolve("small", cache=tmp_path, download=never)

    def test_weights_with_the_published_digest_are_taken(self, folder: Path, tmp_path: Path) -> None:
        def client(model: str, cache: Path) -> Fetched:
            return Fetched(path=folder, sha256=DIGEST, source=f"hub/{model}")

        weights = resolve("owner-model", cache=tmp_path, hub=Hub.ALLOWED, download=client)
        assert (weights.id.name, weights.id.source) == ("owner-model", "hub/owner-model")

    def test_weights_with_another_digest_are_refused(self, folder: Path, tmp_path: Path) -> None:
        def client(model: str, cache: Path) -> Fetched:
            return Fetched(path=folder, sha256="0" * 64, source="hub")

        with pytest.raises(ModelChecksumWrong):
            resolve("small", cache=tmp_path, hub=Hub.ALLOWED, download=client)

    def test_weights_nobody_vouches_for_are_refused_until_trusted(self, folder: Path, tmp_path: Path) -> None:
        def client(model: str, cache: Path) -> Fetched:
            return Fetched(path=folder, sha256="", source="hub")

        with pytest.raises(ModelNotTrusted) as refused:
            resolve("stranger", cache=tmp_path, hub=Hub.ALLOWED, download=client)
        assert DIGEST in refused.value.message
        trusted = resolve("stranger", cache=tmp_path, hub=Hub.ALLOWED, download=client, trusted=DIGEST)
        assert trusted.id.sha256 == DIGEST

    def test_without_a_network_the_real_client_says_the_model_is_unknown(self, tmp_path: Path) -> None:
        with pytest.raises(ModelUnknown):
            models._hub_client("no-such-size-of-model", tmp_path)


def test_the_table_of_known_models_holds_whole_and_different_digests() -> None:
    assert all(pins.is_digest(pin.sha256) for pin in pins.KNOWN)
    assert len({pin.sha256 for pin in pins.KNOWN}) == len(pins.KNOWN)
    assert {package.model for package in pins.PACKAGES} <= {pin.name for pin in pins.KNOWN}
