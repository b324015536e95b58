"""WebVTT files in and out, by the parser and the syntax of the W3C.

Source: "WebVTT: The Web Video Text Tracks Format".

The parser of the W3C drops what it does not understand, which suits a player; an archive would lose words
without a trace. So reading refuses by default, with the line, whatever that parser would drop;
`Faults.SKIP` reads as it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.cue_text import payload, spoken
from ingest.errors import CaptionUnreadable, SpanOutsideRecording
from ingest.values import Cue

_SPACE = "[ \t\f]*"
_TIME = r"(?:([0-9]{1,12}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})(?![0-9])"
_TIMINGS = re.compile(f"{_SPACE}{_TIME}{_SPACE}-->{_SPACE}{_TIME}")
_SIGNATURE = re.compile("WEBVTT(?:[ \t].*)?")
_ARROW = "-->"
_WITHOUT_CUE = re.compile(r"(?:NOTE(?:[ \t].*)?|(?:STYLE|REGION)[ \t\f]*)")


class Faults(StrEnum):
    """What to do where the rules are broken: refuse the file, or leave out that part as players do."""

    REFUSE = "refuse"
    SKIP = "skip"


@dataclass(slots=True)
class _Block:
    """One block as the parser collects it; `times` is None while no line of times was understood."""

    first: int
    lines: list[str] = field(default_factory=list)
    times: tuple[int, int] | None = None
    identifier: str = ""
    seen_arrow: bool = False


def decoded(data: bytes | str, *, faults: Faults) -> str:
    """The text of a caption file: UTF-8, one byte order mark removed, lines ended by LF, NUL as U+FFFD.

    Raises:
        CaptionUnreadable: Not UTF-8; `line` is where the first wrong byte stands.
    """
    text = _utf8(data, faults) if isinstance(data, bytes) else data
    text = text.removeprefix("\ufeff").replace("\x00", "\ufffd")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _utf8(data: bytes, faults: Faults) -> str:
    try:
        return data.decode("utf-8", "strict" if faults is Faults.REFUSE else "replace")
    except UnicodeDecodeError as problem:
        before = data[: problem.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        raise CaptionUnreadable(before.count(b"\n") + 1, "this is not UTF-8 text") from problem


def read_vtt(data: bytes | str, *, faults: Faults = Faults.REFUSE) -> tuple[Cue, ...]:
    """The cues of a WebVTT file in its order, tags taken off and character references resolved.

    A cue in which several voices speak becomes one cue for each, with the same times: nobody is given
    another's words. Cue settings (place on the screen), styles, regions and notes are left out.

    Raises:
        CaptionUnreadable: No `WEBVTT` at the start; with `Faults.REFUSE` also a line of times that is
        none, an end
            that is not after its start, text without times, a file that is not UTF-8.
    """
    lines = decoded(data, faults=faults).split("\n")
    if not _SIGNATURE.fullmatch(lines[0]):
        raise CaptionUnreadable(1, "the file does not begin with the word WEBVTT alone")
    cues: list[Cue] = []
    for block in _blocks(lines, faults):
        if block.times is None:
            _check_silent_block(block, faults)
            continue
        start, end = block.times
        for voice, text in spoken("\n".join(block.lines)):
            cues.append(Cue(start_ms=start, end_ms=end, text=text, voice=voice, identifier=block.identifier))
    return tuple(cues)


def _after_header(lines: list[str]) -> int:
    """The header goes to the first empty line, or to a line of times that follows without one."""
    place = 1
    while place < len(lines) and lines[place] and _ARROW not in lines[place]:
        place += 1
    return place


def _blocks(lines: list[str], faults: Faults) -> Iterator[_Block]:
    place = _after_header(lines)
    while True:
        while place < len(lines) and not lines[place]:
            place += 1
        if place == len(lines):
            return
        block, place = _collect(lines, place, faults)
        yield block


def _collect(lines: list[str], place: int, faults: Faults) -> tuple[_Block, int]:
    """ "Collect a WebVTT block": a line with an arrow is one of times only first or second, else a new
    block.
    """
    block = _Block(first=place + 1)
    count = 0
    while place < len(lines) and lines[place]:
        line = lines[place]
        count += 1
        if _ARROW not in line:
            block.lines.append(line)
        elif count == 1 or (count == 2 and not block.seen_arrow):
            block.seen_arrow = True
            block.times = _times(line, place + 1, faults)
            if block.times is not None:
                block.identifier = "\n".join(block.lines)
                block.lines = []
        else:
            break
        place += 1
    return block, place


def _times(line: str, number: int, faults: Faults) -> tuple[int, int] | None:
    found = _TIMINGS.match(line)
    if found is None:
        if faults is Faults.REFUSE:
            raise CaptionUnreadable(number, "an arrow (-->) without a time like 00:01:02.500 on both sides")
        return None
    start, end = (_ms(found.groups()[part : part + 4]) for part in (0, 4))
    if end <= start and faults is Faults.REFUSE:
        raise CaptionUnreadable(number, "the end is not after the start")
    return start, end


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _check_silent_block(block: _Block, faults: Faults) -> None:
    if faults is Faults.REFUSE and not _WITHOUT_CUE.fullmatch(block.lines[0]):
        raise CaptionUnreadable(block.first, "text that has no times above it")


def write_vtt(cues: Iterable[Cue]) -> str:
    """A WebVTT file of these cues, by start. Reading it gives the same cues back, except that line ends
    become LF, NUL becomes U+FFFD, and outer or doubled white space in voices and line ends in identifiers
    are evened out.

    Raises:
        SpanOutsideRecording: A cue whose end is not after its start, or that starts before 0.
    """
    parts = ["WEBVTT\n"]
    for cue in sorted(cues, key=lambda cue: cue.start_ms):
        if cue.start_ms < 0 or cue.end_ms <= cue.start_ms:
            raise SpanOutsideRecording(cue.start_ms, cue.end_ms)
        identifier = " ".join(cue.identifier.replace("\x00", "\ufffd").splitlines()).replace(_ARROW, "->")
        head = f"{identifier}\n" if identifier else ""
        times = f"{stamp(cue.start_ms)} {_ARROW} {stamp(cue.end_ms)}"
        parts.append(f"\n{head}{times}\n{payload(cue.text, cue.voice)}\n")
    return "".join(parts)


def stamp(at_ms: int, *, point: str = ".") -> str:
    """A time as HH:MM:SS.mmm (hours of two digits or more)."""
    seconds, thousandths = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"
