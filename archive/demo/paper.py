"""What the demonstration leaves on paper: `demo.json` for people and scripts, and an invented consent form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from archive.demo.people import DemoAccount
from archive.vault.recovery import write_private_file

FILE = "demo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTestimony:
    """A testimony as `demo.json` tells it. `hidden_words` occur in what an archivist who checks is served, and
    an anonymous visitor must never be sent one of them.
    """

    code: str
    url: str
    level: str
    title: str
    hidden_words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """A narrator's card: the code of one testimony it closes, and the numbers on it."""

    testimony: str
    code: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that `demo.json` holds."""

    base_url: str
    accounts: Sequence[DemoAccount]
    testimonies: Sequence[ShownTestimony]
    cards: Sequence[ShownCard]


def write(paper: Paper, data: Path) -> Path:
    """Write `demo.json` into the data folder, mode 0600, whole or not at all."""
    path = data / FILE
    write_private_file(path, json.dumps(asdict(paper), ensure_ascii=False, indent=2).encode() + b"\n")
    return path


def read(data: Path) -> Paper:
    """What `write` wrote. :raises FileNotFoundError, ValueError: if it is not there or not in its form."""
    told = json.loads((data / FILE).read_text("utf-8"))
    try:
        return Paper(
            base_url=told["base_url"],
            accounts=tuple(DemoAccount(**row) for row in told["accounts"]),
            testimonies=tuple(
                ShownTestimony(**{**row, "hidden_words": tuple(row["hidden_words"])})
                for row in told["testimonies"]
            ),
            cards=tuple(ShownCard(**row) for row in told["cards"]),
        )
    except (KeyError, TypeError) as wrong:
        raise ValueError("demo.json is not in its form") from wrong


def consent_form(path: Path, narrator: str, level: str) -> Path:
    """Draw the scan of an invented form, so that consent is recorded with evidence as it would be for real."""
    sheet = Image.new("L", (620, 400), 250)
    pen = ImageDraw.Draw(sheet)
    lines = ("Invented consent form", "for the demonstration only", "", narrator, f"Level: {level}", "", "X")
    for number, line in enumerate(lines):
        pen.text((40, 40 + number * 40), line, fill=20, font_size=24)
    sheet.save(path, format="PNG")
    return path
