"""What can go wrong with keys, seals and stored objects."""

from __future__ import annotations

from collections.abc import Iterable

from archive.errors import SaksiError


class VaultError(SaksiError):
    """Something with keys, seals or stored objects; nothing was opened."""


# Keys ------------------------------------------------------------------------------------------------


class KeyMissing(VaultError):
    """No key was ever made for this owner; nobody but a deposit makes one."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"There is no key for {owner}. Nothing was opened.")
        self.owner = owner


class KeyDropped(KeyMissing):
    """The key was destroyed on purpose, by two people. What it sealed stays unreadable for ever."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.message = f"The key of {owner} was destroyed. What it sealed can never be opened again."


class KeyExists(VaultError):
    """A key is made once. A second one under the same owner would mix two wills (docs/security.md)."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"{owner} has, or had, a key already. Nothing was changed.")
        self.owner = owner


class KeyFrozen(VaultError):
    """The owner is closed, so no key is given to anybody, whatever the database says."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"{owner} is closed. Nothing was opened.")
        self.owner = owner


class ConsentVersionTooOld(VaultError):
    """Someone acts under a consent that was replaced; seen when an old backup of the database is restored."""

    def __init__(self, owner: str, *, version: int, required: int) -> None:
        super().__init__(
            f"{owner} needs consent version {required} or later, and this is version {version}. "
            "The database may be older than the key store. Nothing was opened."
        )
        self.owner = owner
        self.version = version
        self.required = required


class ApprovalsMissing(VaultError):
    """One person alone, or the same person twice, tried what needs two people."""

    def __init__(self, act: str) -> None:
        super().__init__(
            f"Two different people must agree before this can be done: {act}. Nothing was changed."
        )
        self.act = act


class DropNotScheduled(VaultError):
    """There is no planned destruction to call off."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"No destruction is planned for {owner}. Nothing was changed.")
        self.owner = owner


class ArchiveKeyIsKept(VaultError):
    """Dropping the key of the whole database would destroy everything in one act; only index keys may go."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The key “{name}” serves the whole archive and is never dropped. Nothing was changed."
        )
        self.name = name


class KeyStoreMissing(VaultError):
    """There is no key store in the keys folder; the folder may not be mounted."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"There is no key store in {folder}. The sealed data is untouched. Mount the folder, "
            "or restore the recovery copy."
        )
        self.folder = folder


class KeyStoreExists(VaultError):
    """A key store is never made over another one: that would lose every key in it."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"There is a key store in {folder} already. Nothing was changed.")
        self.folder = folder


class KeyStoreUnavailable(VaultError):
    """The key store cannot be read or written just now: a full disk, a lock held too long, a lost mount."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The key store does not answer ({reason}). Nothing was opened or changed; try again."
        )
        self.reason = reason


class WrongRootSecret(VaultError):
    """The passphrase or root key file does not fit this key store; also said when the mode differs."""

    def __init__(self) -> None:
        super().__init__(
            "This passphrase or root key does not open the key store. Nothing was changed; try again."
        )


class RootKeyUnusable(VaultError):
    """The root key file is missing, readable by others, or not a root key."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"The root key file {path} {problem}. Nothing was changed.")
        self.path = path
        self.problem = problem


class WrongRecoverySecret(VaultError):
    """The recovery secret does not open this copy, or the copy is damaged: the two cannot be told apart."""

    def __init__(self) -> None:
        super().__init__(
            "This recovery secret does not open the copy, or the copy is damaged. Nothing was changed."
        )


class PlacesNotSeparate(VaultError):
    """Keys and sealed data lie inside each other, so that one stolen folder would open everything."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("Keys must not lie with the data they open. " + " ".join(self.problems))


# Objects ---------------------------------------------------------------------------------------------


class StoreError(VaultError):
    """Something with stored objects; `key` says which one."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class KeyRefused(StoreError):
    """An object's name is not one of ours: `..`, absolute paths, NUL, letters that only look alike."""

    def __init__(self, key: str) -> None:
        super().__init__(key, f"{key!r:.80} is no name of a stored object. Nothing was touched.")


class ObjectMissing(StoreError):
    """No such object was ever stored."""

    def __init__(self, key: str) -> None:
        super().__init__(key, f"The object {key} is not in the store.")


class ObjectDeleted(ObjectMissing):
    """The object was deleted for good; its tombstone stays, so that no second intake brings it back."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.message = f"The object {key} was deleted and cannot come back under this name."


class ObjectExists(StoreError):
    """Objects are written once; what is there was not touched."""

    def __init__(self, key: str) -> None:
        super().__init__(key, f"The object {key} is stored already. It was not changed.")


class ObjectDamaged(StoreError):
    """What lies there is not what was stored: bad disk, a meddled file, a planted link.

    Nothing of it was used.
    """

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(
            key, f"The object {key} is damaged ({problem}). Nothing of it was used; look for another copy."
        )
        self.problem = problem


class SealBroken(ObjectDamaged):
    """A sealed object does not open under its key: changed, cut, put together from two, or another's."""


class SourceChanged(VaultError):
    """The file grew or shrank while it was being sealed; seen with recorders that still write."""

    def __init__(self, *, declared: int, read: int) -> None:
        super().__init__(
            f"The file changed while it was read ({read} bytes instead of {declared}). Nothing was stored; "
            "wait until it is complete and try again."
        )
        self.declared = declared
        self.read = read


class StoreFull(StoreError):
    """The disk or the quota is full. What was stored before is safe; the half-written object was removed."""

    def __init__(self, key: str) -> None:
        super().__init__(
            key,
            "The store is full. Nothing was lost and nothing half-written stays; make room, then try again.",
        )


class StoreUnavailable(StoreError):
    """The store cannot be reached or does not do what it must; `reason` says what it answered."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(
            key, f"The store does not answer as it should ({reason}). Nothing half-written stays; try again."
        )
        self.reason = reason


class VaultReadBackFailed(StoreError):
    """What was read back is not what was given. Zenodo lost 18 uploads in 2017 that nobody read back."""

    def __init__(self, key: str) -> None:
        super().__init__(
            key,
            "What was written could not be read back unchanged, so it was not kept. The file you gave is "
            "untouched; check the disk, then try again.",
        )
