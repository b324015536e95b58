"""What opens the key store of an archive, found as its settings say: a file, a passphrase file, or what was typed."""

from __future__ import annotations

from archive.errors import SaksiError
from archive.settings import Settings
from archive.vault.errors import RootKeyUnusable
from archive.vault.roots import RootSecret, demo_root, passphrase_root, read_passphrase


class PassphraseMissing(SaksiError):
    """The archive opens with a passphrase and none was given."""

    def __init__(self) -> None:
        super().__init__(
            "This archive opens with a passphrase. Type it, or name a file that only you can read in "
            "SAKSI_PASSPHRASE_FILE. Nothing was opened."
        )


def root_secret(settings: Settings, passphrase: str | None) -> RootSecret:
    """What opens the key store, as the settings' key mode says.

    :raises PassphraseMissing: in mode passphrase, if there is neither one nor a file with one.
    :raises RootKeyUnusable: if the file is missing, open to others, or its passphrase is too short.
    """
    if settings.key_mode == "demo":
        return demo_root(settings.root_key_file)
    if passphrase is not None:
        return _long_enough(passphrase)
    if settings.passphrase_file is None:
        raise PassphraseMissing
    try:
        return read_passphrase(settings.passphrase_file)
    except ValueError as short:
        raise RootKeyUnusable(str(settings.passphrase_file), f"holds no passphrase: {short}") from None


def _long_enough(passphrase: str) -> RootSecret:
    try:
        return passphrase_root(passphrase)
    except ValueError as short:
        raise SaksiError(f"This passphrase cannot be used: {short}. Nothing was changed.") from None
