"""What can go wrong in the application, as nouns with a story. Words for people are in `message`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class SaksiError(Exception):
    """Something a person can be told about: what is wrong, what is safe, what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsInvalid(SaksiError):
    """The settings cannot be used; all problems are listed together, so that one correction round is enough."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The settings cannot be used:\n" + "\n".join(f"  - {p}" for p in problems))
        self.problems = tuple(problems)


class NotFound(SaksiError):
    """Absent, or not to be known to exist: the two are never told apart."""

    def __init__(self) -> None:
        super().__init__("We could not find that page.")


class NotOpen(SaksiError):
    """It may be known to exist, but this is not open here. `face` is the only thing a page may say about why."""

    def __init__(self, face: str) -> None:
        super().__init__("This is not open here.")
        self.face = face


class Gone(SaksiError):
    """Withdrawn, once public, and every narrator agreed to a tombstone."""

    def __init__(self, code: str) -> None:
        super().__init__("This testimony is no longer available.")
        self.code = code


class NotYourDuty(SaksiError):
    """A staff act without the duty or assignment for it."""

    def __init__(self, duty: str) -> None:
        super().__init__(f"This needs the duty “{duty}” in this collection. Nothing was changed.")
        self.duty = duty


class OwnAct(SaksiError):
    """Someone tried to confirm what they themselves recorded; two people are needed."""

    def __init__(self) -> None:
        super().__init__("You recorded this yourself. A second person must confirm it. Nothing was changed.")


class FormInvalid(SaksiError):
    """A form or request cannot be accepted as it is; `fields` says why, per field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = dict(fields)


class Conflict(SaksiError):
    """Somebody else changed it first, or the step is not possible in this state."""


class SignInFailed(SaksiError):
    """Unknown login and wrong password are one answer."""

    def __init__(self) -> None:
        super().__init__("That login and password do not open anything. Nothing is locked; try again.")


class CardUnknown(SaksiError):
    """Unknown code and wrong secret are one answer, word for word."""

    def __init__(self) -> None:
        super().__init__("These numbers do not open anything. Look at your paper again, or call.")


class TooManyTries(SaksiError):
    """Wrong tries are slowed, never locked. `wait_s` says for how long."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("Please wait a little before the next try.")
        self.wait_s = wait_s


class SearchLimited(SaksiError):
    """The index and the policy disagreed three times in a row; rather nothing than too much."""

    def __init__(self) -> None:
        super().__init__("Search is limited just now. Listening works as before.")


class SqliteTooOld(SaksiError):
    """The SQLite in use has known data-loss bugs or no cipher (docs/operation.md)."""


class ArchiveNotInitialised(SaksiError):
    """There is no archive in the data folder yet."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"There is no archive in {folder} yet. Run `saksi init` first. Nothing was changed.")


class ArchiveExists(SaksiError):
    """`saksi init` found an archive; it never overwrites one."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"There is an archive in {folder} already. Nothing was changed.")
