"""Times, lengths, sizes and dates as people read them; the same everywhere on the site.

Media times are milliseconds, sizes bytes. Clock times and numbers are written in 0-9 in every language
(docs/architecture.md): they are compared with papers, players and citations.
"""

from __future__ import annotations

from datetime import date

from flask_babel import format_date, gettext, ngettext

_SECOND_MS = 1000
_MINUTE_MS = 60 * _SECOND_MS
_HOUR_MS = 60 * _MINUTE_MS
_KILO = 1000
_WHOLE_FROM = 10


def clock(ms: int) -> str:
    """A place in a recording: "0:07", "12:34", "1:32:10". Fractions of a second are dropped."""
    seconds = max(ms, 0) // _SECOND_MS
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def iso_duration(ms: int) -> str:
    """The same for machines, as the `datetime` of a `<time>` (HTML Standard, valid duration string)."""
    return f"PT{max(ms, 0) / _SECOND_MS:.3f}".rstrip("0").rstrip(".") + "S"


def seconds(ms: int) -> str:
    """Seconds with at most three decimals, as media fragments write them (W3C Media Fragments URI 1.0)."""
    return f"{max(ms, 0) / _SECOND_MS:.3f}".rstrip("0").rstrip(".")


def length(ms: int) -> str:
    """How long something lasts, in words: "8 seconds", "48 min", "1 h 32 min"."""
    if ms < _MINUTE_MS:
        count = max(1, round(ms / _SECOND_MS))
        return str(ngettext("%(num)s second", "%(num)s seconds", count))
    minutes = round(ms / _MINUTE_MS)
    if minutes < _HOUR_MS // _MINUTE_MS:
        return str(gettext("%(minutes)s min", minutes=minutes))
    hours, minutes = divmod(minutes, 60)
    if not minutes:
        return str(gettext("%(hours)s h", hours=hours))
    return str(gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))


def size(count: int) -> str:
    """A number of bytes as shops and telephone companies count them (powers of 1,000)."""
    if count < _KILO:
        return str(ngettext("%(num)s byte", "%(num)s bytes", count))
    if count < _KILO**2:
        return str(gettext("%(number)s kB", number=_short(count / _KILO)))
    if count < _KILO**3:
        return str(gettext("%(number)s MB", number=_short(count / _KILO**2)))
    return str(gettext("%(number)s GB", number=_short(count / _KILO**3)))


def day(iso: str) -> str:
    """A date in the reader's language ("5 Dec 2026"). What is not a plain date stays as it was said."""
    try:
        return str(format_date(date.fromisoformat(iso), format="d MMM y"))
    except ValueError:
        return iso


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= _WHOLE_FROM else f"{value:.1f}".removesuffix(".0")


FILTERS = {
    "clock": clock,
    "iso_duration": iso_duration,
    "seconds": seconds,
    "length_of": length,
    "size_of": size,
    "day": day,
}
