"""Values that several sample pages share: the frame, a wave, list entries. All of it is invented."""

from __future__ import annotations

import math
from dataclasses import replace

from archive.web import wave
from archive.web.viewmodels import Chrome, Entry, HelpLine, LanguageLink, Pagination, SignedIn, Text

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
        person=SignedIn(name="Example archivist 1", desk_href="/p/desk", sign_out_action="/out") if staff else None,
    )


def peaks(count: int = 2000, seed: float = 1.0) -> tuple[int, ...]:
    """A curve that looks like speech: phrases, breaths, syllables."""
    values = []
    for i in range(count):
        x = i * 2000 / count * seed
        phrase = max(0.0, math.sin(x / 31) + 0.55 * math.sin(x / 13 + 1.3) + 0.35)
        syllable = 0.55 + 0.45 * math.sin(x * 1.7) * math.sin(x * 0.37 + 2)
        values.append(min(255, int(190 * phrase * syllable)))
    return tuple(values)


def mini(seed: float) -> str:
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
        wave_svg=mini(1.0),
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
        wave_svg=mini(1.31),
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

ONE_PAGE = Pagination(number=1, count=1)
SECOND_OF_NINE = Pagination(number=2, count=9, previous_href="?page=1", next_href="?page=3")


def entry(index: int, **changes: object) -> Entry:
    return replace(ENTRIES[index], **changes)  # type: ignore[arg-type]
