"""Time as an argument: whoever needs "now" is given a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, always aware and in UTC."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftedClock:
    """A clock that runs beside another one, for example thirty days behind it.

    The demonstration records consent in the past with it, so that waiting times have passed.
    """

    clock: Clock
    shift: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.shift
