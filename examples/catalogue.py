"""Reads testimonies.toml into frozen values, with the times at which each part is spoken."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any


class DescriptionWrong(ValueError):
    """testimonies.toml says something that its recordings do not bear out; seen after half a change."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        self.message = message
        super().__init__(f"{key}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A province, never smaller: its name in Latin letters and its ISO 3166-2 code."""

    name: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody invented who speaks; `role` is "narrator" or "interviewer"."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPart:
    """One turn: who says what, and from when to when in the recording (0 to 0 in a text without times)."""

    speaker: str
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSaid:
    """A name that is spoken and must be hidden: the words as they sound, and whose wish it is."""

    words: str
    whose: str
    asked_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPoint:
    """A titled stretch of the recording; themes are words of the thesaurus."""

    start_ms: int
    end_ms: int
    title: str
    synopsis: str
    keywords: tuple[str, ...]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentNote:
    """What a listener may wish to skip, and where."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleTestimony:
    """One invented testimony: what is known of it, what it says, and what its narrators want.

    `recording` is None for a text-only testimony and `lines` is empty for a recorded one; a line holds one
    segment in every language of `languages`. `family` answers the question asked at STUDY and LEARN ("yes",
    "no"), else "". `session_date` and `speaks_of_years` are EDTF. `hidden_words` occur in what is heard and
    must never reach an anonymous visitor. `script` serves to make and to check recordings: no transcript.
    """

    key: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    medium: str
    languages: tuple[str, ...]
    recording: Path | None
    duration_ms: int
    lines: tuple[Mapping[str, str], ...]
    remark: str
    speakers: tuple[Speaker, ...]
    script: tuple[SpokenPart, ...]
    session_date: str
    session_date_words: str
    session_place: Place
    speaks_of_years: str
    speaks_of_place: Place
    level: str
    family: str
    community: str
    doors: tuple[str, ...]
    cards: tuple[str, ...]
    names_said: tuple[NameSaid, ...]
    content_notes: tuple[ContentNote, ...]
    index_points: tuple[IndexPoint, ...]
    hidden_words: tuple[str, ...]

    @property
    def narrators(self) -> tuple[str, ...]:
        """Names of those who tell, in the order in which they stand in the description."""
        return tuple(speaker.name for speaker in self.speakers if speaker.role == "narrator")


def load(path: Path) -> tuple[ExampleTestimony, ...]:
    """Every testimony described in `path` (testimonies.toml), in its order.

    Recordings, their times and texts are read beside it. Raises DescriptionWrong where they do not fit
    together, FileNotFoundError where one is missing, KeyError where a field is missing.
    """
    source = tomllib.loads(path.read_text("utf-8"))
    recordings, texts = path.parent / "recordings", path.parent / "texts"
    timings = json.loads((recordings / "timings.json").read_text("utf-8"))
    notices: Mapping[str, str] = source["notice"]
    return tuple(
        _recorded(entry, notices, recordings, timings) if "recording" in entry else _written(entry, texts)
        for entry in source["testimony"]
    )


def _recorded(
    entry: Mapping[str, Any], notices: Mapping[str, str], folder: Path, timings: Mapping[str, Any]
) -> ExampleTestimony:
    key = entry["key"]
    recording = folder / entry["recording"]
    if not recording.is_file():
        raise FileNotFoundError(recording)
    times = timings[key]["parts"]
    turns = [(entry["said"][0][0], notices[entry["languages"][0]]), *entry["said"]]
    if len(times) != len(turns):
        raise DescriptionWrong(
            key, f"{len(turns)} parts are written and {len(times)} were spoken: make it again."
        )
    script = tuple(
        SpokenPart(speaker=who, text=text, start_ms=start, end_ms=end)
        for (who, text), (start, end) in zip(turns, times, strict=True)
    )

    def stretch(parts: Sequence[int]) -> tuple[int, int]:
        first, last = parts
        if not 0 < first <= last < len(script):
            raise DescriptionWrong(key, f"There is no part {first} to {last}.")
        return script[first].start_ms, script[last].end_ms

    points = []
    for point in entry["index_points"]:
        start, end = stretch(point["parts"])
        points.append(
            IndexPoint(start_ms=start, end_ms=end, title=point["title"], synopsis=point["synopsis"],
                       keywords=tuple(point["keywords"]), themes=tuple(point["themes"]))
        )  # fmt: skip
    notes = []
    for note in entry.get("content_notes", ()):
        start, end = stretch(note["parts"])
        notes.append(ContentNote(start_ms=start, end_ms=end, text=note["text"]))
    return _testimony(
        entry,
        medium="film" if recording.suffix == ".mp4" else "sound",
        recording=recording,
        duration_ms=timings[key]["duration_ms"],
        script=script,
        index_points=tuple(points),
        content_notes=tuple(notes),
    )


def _written(entry: Mapping[str, Any], folder: Path) -> ExampleTestimony:
    text = json.loads((folder / entry["text"]).read_text("utf-8"))
    if text["languages"] != entry["languages"]:
        raise DescriptionWrong(entry["key"], "The text and its description name different languages.")
    wanted = set(entry["languages"])
    if any(set(segment) != wanted for segment in text["segments"]):
        raise DescriptionWrong(entry["key"], "A segment lacks one of the languages.")
    narrator = entry["speakers"][0]["name"]
    main = entry["languages"][0]
    return _testimony(
        entry,
        medium="text",
        lines=tuple(MappingProxyType(dict(segment)) for segment in text["segments"]),
        script=tuple(
            SpokenPart(speaker=narrator, text=segment[main], start_ms=0, end_ms=0)
            for segment in text["segments"]
        ),
    )


def _testimony(
    entry: Mapping[str, Any],
    *,
    medium: str,
    script: tuple[SpokenPart, ...],
    recording: Path | None = None,
    duration_ms: int = 0,
    lines: tuple[Mapping[str, str], ...] = (),
    index_points: tuple[IndexPoint, ...] = (),
    content_notes: tuple[ContentNote, ...] = (),
) -> ExampleTestimony:
    session, past = entry["session"], entry["speaks_of"]
    speakers = tuple(Speaker(name=speaker["name"], role=speaker["role"]) for speaker in entry["speakers"])
    strangers = {part.speaker for part in script} - {speaker.name for speaker in speakers}
    if strangers:
        raise DescriptionWrong(
            entry["key"], f"Somebody speaks who is not described: {', '.join(sorted(strangers))}."
        )
    return ExampleTestimony(
        key=entry["key"],
        title=MappingProxyType(dict(entry["title"])),
        summary=MappingProxyType(dict(entry["summary"])),
        medium=medium,
        languages=tuple(entry["languages"]),
        recording=recording,
        duration_ms=duration_ms,
        lines=lines,
        remark=entry.get("remark", ""),
        speakers=speakers,
        script=script,
        session_date=session["date"],
        session_date_words=session["words"],
        session_place=Place(name=session["place"], code=session["code"]),
        speaks_of_years=past["years"],
        speaks_of_place=Place(name=past["place"], code=past["code"]),
        level=entry["level"],
        family=entry.get("family", ""),
        community=entry.get("community", ""),
        doors=tuple(entry.get("doors", ())),
        cards=tuple(entry["cards"]),
        names_said=tuple(NameSaid(**said) for said in entry.get("names_said", ())),
        content_notes=content_notes,
        index_points=index_points,
        hidden_words=tuple(entry.get("hidden_words", ())),
    )
