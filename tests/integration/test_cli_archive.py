"""`saksi init`, `check`, `upgrade`, `account`, `collection`, `assign`: what they do, and what they say."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from archive.db import schema
from archive.passwords import new_password
from archive.settings import Settings
from archive.vault.key_stores import restore_recovery_copy
from archive.vault.roots import Stretching, create_demo_root
from archive.wiring import SchemaBehind, open_archive
from tests.integration.conftest import Cli
from tests.worlds_db import PASSPHRASE, PASSWORD


def test_init_makes_private_folders_and_a_recovery_copy_that_opens(
    saksi: Cli, settings: Settings, tmp_path: Path
) -> None:
    status, told = saksi("init")
    assert status == 0
    for folder in (settings.data, settings.keys, settings.root_key_file.parent, tmp_path / "keys-recovery"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    secret = next(line.strip() for line in told.splitlines() if line.strip().count("-") == 5)
    restored = restore_recovery_copy(
        tmp_path / "keys-recovery" / "keys.recovery",
        secret,
        tmp_path / "restored",
        create_demo_root(tmp_path / "other.key"),
        stretching=Stretching(memory_kib=8, passes=1),
    )
    archive = open_archive(settings)
    assert restored.named_key("database") == archive.keys.named_key("database")
    restored.close()
    archive.close()


def test_init_never_writes_over_an_archive(saksi: Cli, settings: Settings) -> None:
    saksi("init")
    before = {p: p.read_bytes() for p in settings.data.rglob("*") if p.is_file()}
    status, told = saksi("init")
    assert (status, "already. Nothing was changed." in told) == (1, True)
    assert {p: p.read_bytes() for p in settings.data.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("fails", ["archive.db.schema.upgrade", "archive.wiring._first_index"])
def test_an_init_that_fails_half_way_leaves_nothing(
    saksi: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fails, broken)
        status, told = saksi("init")
    assert (status, "The disk is full" in told) == (1, True)
    assert list(tmp_path.iterdir()) == []
    assert saksi("init")[0] == 0


def test_keys_inside_the_data_are_refused(
    saksi: Cli, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKSI_KEYS", str(settings.data / "keys"))
    status, told = saksi("init")
    assert (status, "lie inside each other" in told) == (1, True)
    assert not settings.data.exists()


def test_a_passphrase_is_needed_and_a_short_one_refused(
    saksi: Cli, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKSI_KEY_MODE", "passphrase")
    status, told = saksi("init")
    assert (status, "opens with a passphrase" in told, settings.data.exists()) == (1, True, False)
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    monkeypatch.setenv("SAKSI_PASSPHRASE_FILE", str(file))
    file.write_text("short")
    assert "at least 15 characters" in saksi("init")[1]
    file.write_text(PASSPHRASE + "\n")
    assert saksi("init")[0] == 0
    file.write_text("another passphrase altogether\n")
    status, told = saksi("collection", "list")
    assert (status, "does not open the key store" in told) == (1, True)


def test_everything_else_needs_an_archive_first(saksi: Cli) -> None:
    for argv in (("account", "list"), ("collection", "list"), ("worker",), ("serve",), ("upgrade",)):
        status, told = saksi(*argv)
        assert (status, "Run `saksi init` first" in told) == (1, True), argv


def test_check_tells_all_that_is_right(saksi: Cli) -> None:
    saksi("init")
    status, told = saksi("check")
    assert status == 0, told
    for words in (
        "SQLite 3.",
        "SQLCipher",
        "jail of the kind",
        "mode demo",
        "Not promised: The root key is a file",
    ):
        assert words in told
    assert "the recovery copy" in told
    assert told.strip().endswith("Nothing is wrong.")


def test_check_tells_everything_that_is_wrong_at_once(
    saksi: Cli, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    saksi("init")
    (settings.data / "index" / "current").unlink()
    monkeypatch.setenv("SAKSI_ENGINE", "faster-whisper")
    monkeypatch.setenv("SAKSI_MODEL", "huge")
    status, told = saksi("check")
    assert status == 1
    assert "The search index is not there" in told
    assert "The speech model huge was not found" in told
    assert "things are wrong" in told


def test_check_names_the_package_when_no_jail_holds(saksi: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.errors import JailMissing
    from ingest.jail import Jail

    def none_holds(scratch: Path) -> Jail:
        raise JailMissing

    monkeypatch.setattr(Jail, "detect", none_holds)
    saksi("init")
    status, told = saksi("check")
    assert (status, "apt-get install bubblewrap" in told) == (1, True)


def test_check_lists_every_wrong_setting(saksi: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKSI_PORT", "many")
    monkeypatch.setenv("SAKSI_ENGINE", "ears")
    status, told = saksi("check")
    assert status == 1
    assert "SAKSI_PORT is 'many'" in told
    assert "SAKSI_ENGINE is 'ears'" in told


def test_wrong_weights_are_told_by_their_digest(
    saksi: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saksi("init")
    weights = tmp_path / "weights"
    weights.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (weights / name).write_text("changed by somebody")
    monkeypatch.setenv("SAKSI_ENGINE", "faster-whisper")
    monkeypatch.setenv("SAKSI_MODEL", str(weights))
    monkeypatch.setenv("SAKSI_TRUST_MODEL", "0" * 64)
    status, told = saksi("check")
    assert (status, "are not the ones expected" in told) == (1, True)


def test_another_versions_database_is_refused_until_it_is_upgraded(saksi: Cli, settings: Settings) -> None:
    saksi("init")
    archive = open_archive(settings)
    schema.downgrade(archive.database.engines.writer, "base")
    archive.close()
    with pytest.raises(SchemaBehind):
        open_archive(settings)
    status, told = saksi("account", "list")
    assert (status, "Run `saksi upgrade`" in told) == (1, True)
    assert saksi("upgrade")[0] == 0
    assert saksi("account", "list") == (0, "")
    assert "Nothing was to be done" in saksi("upgrade")[1]


def test_accounts_are_made_listed_and_disabled(saksi: Cli, settings: Settings) -> None:
    saksi("init")
    add = ("account", "add", "sok", "--name", "Sok", "--duty", "intake", "--duty", "describe")
    status, told = saksi(*add, typed=PASSWORD + "\n")
    assert (status, told) == (0, "The account sok is ready.\n")
    assert saksi(*add, typed=PASSWORD + "\n") == (1, "login: This login is taken.\n")
    assert "At least 15 characters" in saksi("account", "add", "dara", typed="short\n")[1]
    assert saksi("account", "list")[1] == "sok\tSok\tactive\tdescribe intake\t\n"
    archive = open_archive(settings)
    archive.accounts.sign_in("sok", PASSWORD)
    archive.close()
    assert saksi("account", "disable", "sok")[0] == 0
    assert "\tdisabled\t" in saksi("account", "list")[1]
    assert saksi("account", "disable", "nobody")[0] == 1


def test_a_generated_password_opens(saksi: Cli, settings: Settings) -> None:
    saksi("init")
    _, told = saksi("account", "add", "edu", "--door", "edu", "--generate")
    password = told.split("shown only now: ")[1].strip()
    archive = open_archive(settings)
    assert archive.accounts.who(archive.accounts.sign_in("edu", password)) is not None
    archive.close()


def test_passwords_are_several_words_and_never_the_same() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(password.count("-") == 3 and len(password) >= 15 for password in made)


def test_collections_are_made_and_listed(saksi: Cli) -> None:
    saksi("init")
    assert saksi("collection", "add", "Villages", "--rights-holder", "The villagers")[0] == 0
    assert saksi("collection", "list") == (0, "Villages\t0\n")
    assert saksi("collection", "add", " ")[0] == 1


def test_a_task_is_given_to_staff_only(saksi: Cli, settings: Settings) -> None:
    from tests.worlds_db import make_actor, make_testimony

    saksi("init")
    archive = open_archive(settings)
    code = make_testimony(archive, make_actor(archive, "sok")).code
    make_actor(archive, "dara", duties=["describe"])
    make_actor(archive, "visitor", duties=())
    archive.close()
    assert saksi("assign", code.lower(), "dara", "check", "--days", "7")[0] == 0
    assert saksi("assign", code, "visitor", "check")[0] == 1
    assert saksi("assign", code, "nobody", "check")[0] == 1
    assert saksi("assign", "0000-0000", "dara", "check")[0] == 1
    status, told = saksi("assign", code, "dara", "rewrite")
    assert (status, "rewrite" in told) == (1, True)


def test_usage_errors_are_sentences_too(saksi: Cli) -> None:
    assert saksi("no-such-command")[0] == 1
    assert saksi("--help")[0] == 0
