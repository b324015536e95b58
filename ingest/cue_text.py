"""The text inside a WebVTT cue: tags off and references resolved on the way in, escaped on the way out.

Follows the cue text tokenizer and "cue text parsing rules" of the W3C's WebVTT, tag by tag, because a tag
taken for words puts noise before readers, and words taken for a tag are lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACES = re.compile("[ \t\n\f\r]+")
_PLAIN = ("c", "i", "b", "u", "lang", "ruby")
# The tokenizer's states as one pattern: a tag is everything from "<" to the next ">" or the end.
_TOKEN = re.compile(r"<([^>]*)(?:>|\Z)|([^<]+)", re.DOTALL)
_NAME = re.compile("([^ \t\n\f.]*)((?:\\.[^ \t\n\f.]*)*)(?:[ \t\n\f](.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that is open: its name and, for a voice, whose it is."""

    name: str
    voice: str


def spoken(text: str) -> tuple[tuple[str, str], ...]:
    """The (voice, plain text) parts of a cue: one, unless different voices speak in it; blank parts join
    others.
    """
    runs = list(_runs(text))
    voices = {voice for voice, said in runs if said.strip()}
    if len(voices) <= 1:
        voice = voices.pop() if voices else next((name for name, _ in runs if name), "")
        return ((voice, "".join(said for _, said in runs)),)
    parts: list[tuple[str, str]] = []
    for voice, said in runs:
        if parts and (parts[-1][0] == voice or not said.strip()):
            parts[-1] = (parts[-1][0], parts[-1][1] + said)
        else:
            parts.append((voice, said))
    return tuple((voice, said.strip("\n")) for voice, said in parts if said.strip())


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Text between tags with the voice of the innermost open voice tag; an empty run for each voice
    opened.
    """
    opened: list[_Open] = []
    for token in _TOKEN.finditer(text):
        tag, said = token.groups()
        if said is not None:
            yield _voice(opened), html.unescape(said)
        elif tag.startswith("/"):
            _close(opened, tag[1:])
        elif _opens(opened, tag):
            yield _voice(opened), ""


def _voice(opened: list[_Open]) -> str:
    return next((tag.voice for tag in reversed(opened) if tag.name == "v"), "")


def _opens(opened: list[_Open], tag: str) -> bool:
    """Open a tag that is known; True for a voice. A time tag (`<00:00:01.000>`) and unknown ones change
    nothing.
    """
    parts = _NAME.match(tag)
    if parts is None or tag[:1] in tuple("0123456789"):
        return False
    name, annotation = parts.group(1), parts.group(3) or ""
    if name == "v":
        opened.append(_Open(name, _even(html.unescape(annotation))))
        return True
    if name in _PLAIN or (name == "rt" and opened and opened[-1].name == "ruby"):
        opened.append(_Open(name, ""))
    return False


def _close(opened: list[_Open], name: str) -> None:
    """Close the innermost tag if it is this one; `</ruby>` closes an open `<rt>` with it."""
    if name == "ruby" and len(opened) > 1 and opened[-1].name == "rt":
        del opened[-2:]
    elif opened and opened[-1].name == name:
        opened.pop()


def _even(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")


def payload(text: str, voice: str) -> str:
    """The lines of a cue. An empty line would end it, so it is written as an empty class span, which reads
    as such.
    """
    name = _escaped(_even(voice))
    opening = f"<v {name}>" if name else ""
    lines = (opening + _escaped(text)).split("\n")
    if lines == [""]:
        return ""
    return "\n".join(line or "<c></c>" for line in lines)


def _escaped(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    text = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
