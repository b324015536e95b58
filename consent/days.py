"""Days named on paper become instants, always on the closed side, in the zone Asia/Phnom_Penh.

Grants open late and close early; limits start early and end late (docs/consent.md, "What a date does").
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

#: A fixed offset, not a zone file: Cambodia has kept UTC+7 since 1931 without summer time, and a machine
#: without
#: tzdata must decide in the same way.
ZONE = timezone(timedelta(hours=7), "Asia/Phnom_Penh")
_DAY = timedelta(days=1)


def start_of(day: date) -> datetime:
    """The first instant of `day` in Phnom Penh, as UTC."""
    return datetime.combine(day, time.min, tzinfo=ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant after `day` in Phnom Penh, as UTC."""
    return start_of(day + _DAY)


def opens_late(day: date) -> datetime:
    """When a grant "from `day`" opens: when that day is over."""
    return end_of(day)


def closes_early(day: date) -> datetime:
    """When a grant "until `day`" closes: when that day begins."""
    return start_of(day)


def starts_early(day: date) -> datetime:
    """When a limit "from `day`" starts to bind: when that day begins."""
    return start_of(day)


def ends_late(day: date) -> datetime:
    """When a limit "until `day`" ends: when that day is over."""
    return end_of(day)


def day_of(instant: datetime) -> date:
    """The day in Phnom Penh to which `instant` (aware) belongs."""
    return instant.astimezone(ZONE).date()


def is_aware(instant: object) -> bool:
    """True for a datetime that says which zone it is in; no other clock is believed."""
    return isinstance(instant, datetime) and instant.utcoffset() is not None
