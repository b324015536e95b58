"""What the worker found out about a recording, in words for the desk; nothing of it stops the work."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from archive.reading.desk import OriginalNow
from archive.web.formats import length

FOUND: dict[str, Callable[[OriginalNow], str]] = {
    "truncated": lambda o: gettext(
        "It says it is %(said)s long, but only %(there)s are there. What is there is used. Look whether it is whole "
        "where it comes from; if it is, add it again.",
        said=length(o.declared_ms or 0), there=length(o.length_ms or 0),
    ),
    "no_sound": lambda _: gettext(
        "There is no sound in this film, so no words will follow. The original is kept. If there should be sound, add "
        "a copy that has it."
    ),
    "no_speech": lambda _: gettext("No speech was heard in it."),
    "incomplete_words": lambda _: gettext("The machine wrote down only a part of what is said: listen closely."),
    "rejected_script": lambda _: gettext(
        "The machine could not write this language in its own letters: there are no usable machine words."
    ),
    "failed_part": lambda _: gettext("The machine could not write down one part or more; they are marked."),
    "broken_end": lambda _: gettext("The recording breaks off before its end, and the words with it."),
}  # fmt: skip


def sentences(original: OriginalNow) -> tuple[str, ...]:
    """One sentence for each finding that a person should know before going on."""
    return tuple(FOUND[word](original) for word in original.findings if word in FOUND)
