"""S12: stop sharing.

No account, no script; plain words only, nothing that names the house or what it keeps.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCardPage:
    """Posts `code` and `secret` (spaces, Khmer and Latin digits are all accepted).

    The secret is never shown again. `failed` shows one sentence, the same for unknown and wrong; `wait_s`
    asks for patience and locks nothing.
    """

    action: str
    code: str = ""
    failed: bool = False
    wait_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPage:
    """What was done.

    The card's number as typed, when (words with time zone), and until when copies are asked back.
    """

    code: str
    closed_at: str
    copies_asked_by: str | None = None
    telephone: str | None = None
