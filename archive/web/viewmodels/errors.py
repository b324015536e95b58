"""What is said when a page cannot be given. Nothing of the request is in it."""

from __future__ import annotations

from dataclasses import dataclass

from archive.web.viewmodels.common import FieldError, Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """`status` chooses the template (`errors/<status>.html`).

    404 takes nothing else: hidden and absent are the same bytes. 410: `code`. 413: `max_bytes`. 429 and
    503: `wait_s`. 400: `message` and `problems`, sentences for people. `plain` gives the page the quiet
    frame of the family pages.
    """

    status: int
    code: str | None = None
    max_bytes: int | None = None
    wait_s: int | None = None
    message: str | None = None
    problems: tuple[FieldError, ...] = ()
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainPage:
    """A form that was filled in before its writer signed in anew: what it holds, to be sent to `action` after all.

    `files` is set when files were with it; those must be chosen again later.
    """

    action: str
    kept: tuple[Hidden, ...]
    files: bool = False
