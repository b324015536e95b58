"""Words, prerequisites and the reach of limits for the reference model, written down a second time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from consent.rules import Limit, Mention, Part, Viewer

CATALOGUE = {"EXIST", "DESCRIBE"}
VIEWING = {"EXIST", "DESCRIBE", "READ", "LISTEN", "WATCH"}
TELLING = {"title", "summary", "tags"}
TAKES_IN: dict[str, list[str]] = {
    "entry": ["DESCRIBE"],
    "text": ["READ"],
    "sound": ["LISTEN"],
    "picture": ["WATCH"],
    "video": ["LISTEN", "WATCH"],
    "all": [
        "EXIST",
        "DESCRIBE",
        "READ",
        "LISTEN",
        "WATCH",
        "FIND",
        "QUOTE",
        "DOWNLOAD",
        "EMBED",
        "DERIVE",
        "COMPUTE",
    ],
}
SHOWS: dict[str, frozenset[str]] = {
    "entry": frozenset({"NAME"}),
    "text": frozenset({"NAME"}),
    "sound": frozenset({"NAME", "VOICE"}),
    "picture": frozenset({"FACE"}),
    "video": frozenset({"NAME", "FACE", "VOICE"}),
    "all": frozenset({"NAME", "FACE", "VOICE"}),
}
UNINVITING = {
    "limit",
    "unaligned",
    "names_unchecked",
    "no_masked_rendition",
    "nothing_left",
    "redacted_copy_needed",
    "embed_not_public",
    "redaction",
}
_ALSO = {
    "EXIST": "",
    "DESCRIBE": "EXIST",
    "READ": "DESCRIBE",
    "LISTEN": "DESCRIBE",
    "WATCH": "LISTEN",
    "FIND": "READ",
    "QUOTE": "READ",
    "DERIVE": "READ LISTEN",
    "DOWNLOAD": "",
    "EMBED": "",
    "COMPUTE": "",
}
_FROM_NEAR_TO_FAR = ["READ", "WATCH", "LISTEN", "DESCRIBE", "EXIST"]
_SEVEN_HOURS = timedelta(hours=7)
_DOORS = {"pub", "reg", "edu", "res", "arc", "cust"}


def chain_of(action: str, medium: str) -> list[str]:
    """The action and all that it needs, nearest first."""
    uses = action not in VIEWING
    start = ["DESCRIBE"] if uses and medium == "entry" else _ALSO[action].split()
    if uses and medium != "entry":
        start += TAKES_IN[medium]
    found: set[str] = set()
    while start:
        each = start.pop()
        found.add(each)
        start += _ALSO[each].split()
    return [action, *(each for each in _FROM_NEAR_TO_FAR if each in found)]


def start_of_day(day: date) -> datetime:
    """Midnight in Phnom Penh, which is seven hours ahead."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - _SEVEN_HOURS


def end_of_day(day: date) -> datetime:
    """Midnight at the end of the day."""
    return start_of_day(day) + timedelta(hours=24)


def binds(
    limit: Limit, action: str, chain: Iterable[str], viewer: Viewer, facts: set[str], narrates: bool
) -> bool:
    """True if the limit, being active, binds this viewer for this action."""
    if limit.actions is not None:
        named = {str(each) for each in limit.actions}
        if named & {"READ", "LISTEN", "WATCH"}:
            named |= set(TAKES_IN["all"]) - CATALOGUE
        if not named & set(chain):
            return False
    if limit.purposes is not None and (action in CATALOGUE or viewer.purpose not in limit.purposes):
        return False
    if set(limit.exempt) & facts:
        return False
    known_as = set(viewer.persons) | {f.audience[5:] for f in viewer.facts if f.audience.startswith("self:")}
    if limit.only and not set(limit.only) & known_as:
        return False
    if narrates and (limit.by.startswith("council:") or isinstance(limit.scope, Mention)):
        return False
    return limit.protects is None or f"self:{limit.protects}" not in facts


def words_known(viewer: Viewer, part: Part) -> bool:
    """True if every audience is one of ours; the value types' own lists hold the rest."""
    words = [fact.audience for fact in viewer.facts]
    words += [grant.audience for record in part.testimony.consents for grant in record.grants]
    words += [word for limit in part.testimony.limits for word in limit.exempt]
    return all(word in _DOORS or word.split(":")[0] in {"com", "fam", "self"} for word in words)
