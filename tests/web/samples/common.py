"""Values that several sample pages share: the frame, a wave, list entries. All of it is invented."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from archive.web import wave
from archive.web.viewmodels import (
    Chrome,
    Entry,
    HelpLine,
    LanguageLink,
    Link,
    Pagination,
    Piece,
    SignedIn,
    Text,
)

DURATION_MS = 5_530_000

LANGUAGES = (("km", "ខ្មែរ"), ("vi", "Tiếng Việt"), ("cja", "Cham"), ("en", "English"), ("fr", "Français"))


def chrome(language: str = "en", *, staff: bool = False) -> Chrome:
    return Chrome(
        language=language,
        direction="ltr",
        languages=tuple(
            LanguageLink(code=code, name=name, href=f"?lang={code}", current=code == language)
            for code, name in LANGUAGES
        ),
        site_name="Saksi",
        plain_name="River House",
        demo=True,
        help=HelpLine(telephone="0800 000 000", hours="free, 8–17 h", languages="Khmer, Vietnamese, Cham"),
        home_href="/p/home",
        search_href="/p/search",
        listing_href="/p/listing",
        close_href="/p/close",
        sign_in_href="/p/signin",
        leave_action="/leave",
        leave_href="/left",
        person=SignedIn(name="Example archivist 1", desk_href="/p/desk", sign_out_action="/out")
        if staff
        else None,
    )


def peaks(count: int = 2000, seed: int = 1) -> tuple[int, ...]:
    """A curve that looks like speech: phrases, breaths, syllables."""
    chance = random.Random(seed)
    values: list[int] = []
    while len(values) < count:
        loud = chance.uniform(0.45, 1.0)
        syllables = chance.randint(12, 60)
        for i in range(syllables):
            swell = math.sin(math.pi * (i + 1) / (syllables + 1)) ** 0.4
            values.append(int(255 * loud * swell * chance.uniform(0.35, 1.0)))
        values.extend(chance.randint(2, 9) for _ in range(chance.randint(3, 14)))
    return tuple(values[:count])


def piece(text: str) -> tuple[Piece, ...]:
    """Words with the sought ones between asterisks."""
    return tuple(Piece(text=part, marked=i % 2 == 1) for i, part in enumerate(text.split("*")) if part)


def mini(seed: int) -> str:
    return wave.strip(peaks(600, seed), duration_ms=DURATION_MS, bars=80)


ENTRIES = (
    Entry(
        href="/p/testimony",
        label=Text(text="A narrator, KH-7Q4M"),
        code="KH-7Q4M",
        languages=("Khmer",),
        told_in="2014",
        duration_ms=DURATION_MS,
        title=Text(text="The dam and the frogs", lang="en"),
        invented=True,
        wave_svg=mini(3),
    ),
    Entry(
        href="/p/testimony-words",
        label=Text(text="Example narrator 2"),
        code="KH-2XP9",
        languages=("Cham", "Khmer"),
        told_in="2016",
        duration_ms=2_880_000,
        title=Text(text="Nhà bên sông", lang="vi"),
        has_film=True,
        invented=True,
        wave_svg=mini(4),
    ),
    Entry(
        href="/p/testimony-words",
        label=Text(text="សាក្សីឧទាហរណ៍ ៣", lang="km"),
        code="KH-M3RW",
        languages=("Khmer",),
        told_in="about 1999",
        title=Text(text="ផ្លូវចេញពីក្រុង ក្នុងខែមេសា", lang="km"),
        invented=True,
    ),
)

BACK = Link(label="Desk", href="/p/desk")
TITLE = Text(text="The dam and the frogs", lang="en")
ONE_PAGE = Pagination(number=1, count=1)
SECOND_OF_NINE = Pagination(number=2, count=9, previous_href="?page=1", next_href="?page=3")


def entry(index: int, **changes: object) -> Entry:
    return replace(ENTRIES[index], **changes)  # type: ignore[arg-type]
