"""SubRip (.srt) files in and out. No standard exists; this follows what players and editors write.

Times with a comma or a point, a number above them or none, blank lines inside a text, the tags i, b, u, s
and font, `{\\an8}` marks: all are met in files that people send.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from ingest.errors import CaptionUnreadable, SpanOutsideRecording
from ingest.values import Cue
from ingest.webvtt import Faults, decoded, stamp

_TIME = r"([0-9]{1,9}):([0-9]{1,2}):([0-9]{1,2})[,.]([0-9]{1,3})"
_TIMINGS = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?")
_MARKS = re.compile(r"</?(?:[bius]|font)(?:[ \t][^>]*)?>|\{\\[^}]*\}", re.IGNORECASE)
_NUMBER = re.compile(r"[ \t]*([0-9]{1,9})[ \t]*")


class Voices(StrEnum):
    """SubRip has no place for who speaks: name them before the text ("Nuon: …"), or leave them out."""

    NAMED = "named"
    LEFT_OUT = "left out"


def read_srt(data: bytes | str) -> tuple[Cue, ...]:
    """The cues of a SubRip file in its order; `identifier` is the number in the file, or "". UTF-8, or
    UTF-16 with a byte order mark, as old Windows editors save it.

    Raises:
        CaptionUnreadable: Not such text, text before the first times, broken times, an end not after its
        start.
    """
    if isinstance(data, bytes) and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            data = data.decode("utf-16")
        except UnicodeDecodeError as problem:
            raise CaptionUnreadable(1, "this is neither UTF-8 nor UTF-16 text") from problem
    lines = decoded(data, faults=Faults.REFUSE).split("\n")
    places = [place for place, line in enumerate(lines) if _TIMINGS.fullmatch(line)]
    starts = [_begin(lines, place) for place in places]
    _check_before(lines, starts[0] if starts else len(lines))
    cues = []
    for at, place in enumerate(places):
        stop = starts[at + 1] if at + 1 < len(places) else len(lines)
        start, end = _times(lines[place], place + 1)
        number = _NUMBER.fullmatch(lines[starts[at]]) if starts[at] < place else None
        text = _MARKS.sub("", "\n".join(lines[place + 1 : stop]).rstrip("\n"))
        cues.append(Cue(start_ms=start, end_ms=end, text=text, identifier=number.group(1) if number else ""))
    return tuple(cues)


def _begin(lines: list[str], place: int) -> int:
    """Where a cue begins: at the number above its times, if there is one with nothing but a blank line
    above it.
    """
    above = place - 1
    if above >= 0 and _NUMBER.fullmatch(lines[above]) and (above == 0 or not lines[above - 1].strip()):
        return above
    return place


def _check_before(lines: list[str], first: int) -> None:
    for number, line in enumerate(lines[:first], start=1):
        if line.strip():
            reason = "broken times" if "-->" in line else "text that has no times above it"
            raise CaptionUnreadable(number, reason)


def _times(line: str, number: int) -> tuple[int, int]:
    found = _TIMINGS.fullmatch(line)
    if found is None:
        raise CaptionUnreadable(number, "broken times")
    moments = []
    for part in (0, 4):
        hours, minutes, seconds, fraction = found.groups()[part : part + 4]
        if int(minutes) > 59 or int(seconds) > 59:
            raise CaptionUnreadable(number, "minutes and seconds go up to 59")
        thousandths = int(fraction.ljust(3, "0"))
        moments.append(((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + thousandths)
    if moments[1] <= moments[0]:
        raise CaptionUnreadable(number, "the end is not after the start")
    return moments[0], moments[1]


def write_srt(cues: Iterable[Cue], *, voices: Voices = Voices.NAMED) -> str:
    """A SubRip file of these cues by start, numbered from 1. SubRip cannot escape: a line of the text that
    reads as times gets a longer arrow, and blank lines at the end of a text are lost.

    Raises:
        SpanOutsideRecording: A cue whose end is not after its start, or that starts before 0.
    """
    parts = []
    for number, cue in enumerate(sorted(cues, key=lambda cue: cue.start_ms), start=1):
        if cue.start_ms < 0 or cue.end_ms <= cue.start_ms:
            raise SpanOutsideRecording(cue.start_ms, cue.end_ms)
        named = f"{cue.voice}: {cue.text}" if cue.voice and voices is Voices.NAMED else cue.text
        text = named.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
        lines = (
            line.replace("-->", "--->") if _TIMINGS.fullmatch(line) else line for line in text.split("\n")
        )
        times = f"{stamp(cue.start_ms, point=',')} --> {stamp(cue.end_ms, point=',')}"
        parts.append(f"{number}\n{times}\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)
