"""S9: what the narrator decided, and recording what she decides now (docs/consent.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.web.viewmodels.common import Choice, ChoiceLink, FieldError, Hidden, Link, Text


class Direction(StrEnum):
    """What a change does to the doors."""

    FIRST = "first"
    NARROWER = "narrower"
    WIDER = "wider"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """One record of the past.

    `level`, `cards`, `status` are values of `consent.vocabulary`; `captured`/`effective` are dates (ISO).
    """

    version: int
    captured: str
    effective: str
    status: str
    level: str | None
    cards: tuple[str, ...]
    method: str
    recorded_by: str
    in_force: bool = False
    evidence_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A change that waits for a second person. `own_act`: you recorded it, so you cannot confirm it.
    `incomplete`: evidence or her own words are missing, so nobody can.

    `confirm_action` takes a POST with `do` = "confirm" | "refuse"; None when this person has not the duty.
    `opens` and `shuts` are door values (self, cust, fam, com, arc, res, edu, pub).
    """

    direction: Direction
    level: str
    cards: tuple[str, ...]
    recorded_by: str
    recorded_on: str
    effective: str
    opens: tuple[str, ...]
    shuts: tuple[str, ...]
    own_act: bool
    incomplete: bool = False
    confirm_action: str | None = None
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardQuestion:
    """A yes-card to be asked (a value of `consent.vocabulary.Card`); `yes` is False until she says yes."""

    card: str
    yes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """Said back before it is saved: who may, who stays outside, from when.

    `kept` carries the whole form once more.
    """

    direction: Direction
    level: str
    doors: tuple[str, ...]
    outside: tuple[str, ...]
    cards: tuple[str, ...]
    effective: str
    needs_second: bool
    action: str
    kept: tuple[Hidden, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForm:
    """Posts as multipart form data, twice.

    First `do` = "read-back", then (from the read-back) `do` = "save". `do` = "cards" shows the form again
    with the cards that the chosen doors use. Fields: `level`, `door` (repeated: fam, com, res, edu),
    `family` (yes|no: asked at STUDY and LEARN), `card-<CARD>` (yes|no), `after_death`
    (stay|close|open|ask), `after_level`, `after_years`, `contact` (no|yes|through), `contact_how`,
    `method`, `language`, `captured` (date), `place`, `interpreter`, `witness`, `comprehension`, `evidence`
    (file), `evidence_note`, `evidence_id` (evidence sealed with an earlier read-back).
    `cards` are only those the chosen doors use. `earliest` is the first date a
    wider door can open.
    """

    action: str
    level: str | None = None
    doors: tuple[str, ...] = ()
    family: str | None = None
    cards: tuple[CardQuestion, ...] = ()
    after_death: str | None = None
    after_level: str | None = None
    after_years: str = ""
    contact: str | None = None
    contact_how: str = ""
    methods: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    captured: str = ""
    place: str = ""
    interpreter: str = ""
    witness: str = ""
    comprehension: str = ""
    evidence_note: str = ""
    evidence_id: str = ""
    earliest: str = ""
    max_bytes: int = 0
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage:
    """One narrator's consent in one testimony. `narrators` lets several be visited in turn.

    `level_now` is None while there is no consent; `state` is a value of `consent.vocabulary.State`.
    `close_action` takes a POST that shuts every door at once. `form` is None for someone without the
    consent duty.
    """

    code: str
    title: Text | None
    narrator: Text
    narrators: tuple[ChoiceLink, ...]
    state: str
    level_now: str | None
    history: tuple[ConsentEntry, ...]
    pending: Pending | None = None
    form: ConsentForm | None = None
    read_back: ReadBack | None = None
    close_action: str | None = None
    card_href: str | None = None
    see_as: tuple[Link, ...] = ()
    saved: str | None = None
    back: Link | None = None
