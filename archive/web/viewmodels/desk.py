"""The desk: what a member of staff may work on, and the narrator's card."""

from __future__ import annotations

from dataclasses import dataclass

from archive.web.viewmodels.common import Link, Pagination, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRow:
    """One testimony.

    `state` is a value of `consent.vocabulary.State`; `since` its date (ISO); `next_step` the one thing to
    do. `level` is a value of `consent.vocabulary.Level` or None (no consent yet).
    """

    code: str
    title: Text | None
    languages: tuple[str, ...]
    state: str
    since: str
    level: str | None
    links: tuple[Link, ...]
    next_step: Link | None = None
    waits_for_second: bool = False
    opens_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """`duties` are names of duties in the reader's language."""

    rows: tuple[DeskRow, ...]
    duties: tuple[str, ...]
    new_href: str | None
    pagination: Pagination
    done: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSecret:
    """Sixteen digits in four groups of four."""

    groups: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NarratorCardPage:
    """A paper to hand over. It carries numbers, one telephone number and the plain name, and nothing else.

    `code_groups` is the card's own number, not the testimony's. `secret` is None when the numbers were
    already shown: then only a new card can be made (`new_card_action`, a POST). `under_pressure` is the
    second secret, if she wanted one; it is printed on a strip of its own. `close_address` is where the
    numbers are typed, as people would type it.
    """

    code_groups: tuple[str, ...]
    secret: CardSecret | None
    telephone: str | None
    hours: str | None
    close_address: str
    back: Link
    new_card_action: str | None = None
    under_pressure: CardSecret | None = None
