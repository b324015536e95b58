"""S5: a new testimony and its first file."""

from __future__ import annotations

from dataclasses import dataclass

from archive.web.viewmodels.common import Choice, FieldError, Hidden, Link, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPage:
    """Posts as multipart form data.

    Fields: `collection`, `title`, `narrator` (repeated), `interviewer` (repeated), `language` (repeated
    checkboxes), `session_date` (EDTF or plain date), `date_as_said`, `place` (gazetteer id),
    `place_as_said`, `carrier`, `accession`, `received_from`, `received_on`, `file` (one file), `do` =
    "save" | "add-narrator" (shows the form again with one more line). With `testimony` set only the file is
    asked for. `narrators` and `interviewers` are the lines to show, filled or "". `max_bytes` is what this
    form takes; `duplicate` links to the testimony that already holds the same file.
    """

    action: str
    max_bytes: int
    collections: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    carriers: tuple[Choice, ...] = ()
    narrators: tuple[str, ...] = ("",)
    interviewers: tuple[str, ...] = ("",)
    title: str = ""
    session_date: str = ""
    date_as_said: str = ""
    place_as_said: str = ""
    accession: str = ""
    received_from: str = ""
    received_on: str = ""
    errors: tuple[FieldError, ...] = ()
    kept: tuple[Hidden, ...] = ()
    testimony: Text | None = None
    code: str | None = None
    back: Link | None = None
    duplicate: Link | None = None
