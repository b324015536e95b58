"""Marker words that must never appear, and the search for them in files and bytes, in every form we know."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

BLOCK = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A marker where none may be. `where` is a path, relative to what was searched."""

    where: str
    word: str
    form: str


def forms(word: str) -> dict[str, bytes]:
    """The bytes by which `word` may show: text encodings, base64 at each of its three alignments, hex,
    escapes.
    """
    plain = word.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "json": json.dumps(word)[1:-1].encode(),
        "percent": quote(word, safe="").encode(),
        "percent-lower": quote(word, safe="").lower().encode(),
    }
    for shift in range(3):
        # Only the letters that no neighbouring byte has a part in.
        whole = base64.b64encode(b"\0" * shift + plain)
        kept = whole[(0, 2, 3)[shift] :][: -4 if (len(plain) + shift) % 3 else None]
        if len(kept) >= 8:
            found[f"base64+{shift}"] = kept
            found[f"base64url+{shift}"] = kept.replace(b"+", b"-").replace(b"/", b"_")
    return found


def canaries_in(content: bytes, words: Iterable[str], *, where: str = "") -> list[Found]:
    """Every word that shows in `content`, with the form it has there."""
    return [
        Found(where=where, word=word, form=form)
        for word in words
        for form, marker in forms(word).items()
        if marker in content
    ]


def canary_scan(folder: Path, words: Iterable[str]) -> list[Found]:
    """Every word that shows in any file below `folder`, or in its name. Links are not followed."""
    words = tuple(words)
    longest = max(len(marker) for word in words for marker in forms(word).values())
    found: list[Found] = []
    for path in sorted(folder.rglob("*")):
        where = str(path.relative_to(folder))
        found += canaries_in(where.encode(errors="surrogateescape"), words, where=where)
        if path.is_file() and not path.is_symlink():
            for block in _blocks(path, longest - 1):
                found += canaries_in(block, words, where=where)
    return list(dict.fromkeys(found))


def _blocks(path: Path, overlap: int) -> Iterator[bytes]:
    """The file in blocks, each with the end of the one before, so that no marker falls between two."""
    with path.open("rb") as file:
        before = b""
        while block := file.read(BLOCK):
            yield before + block
            before = (before + block)[-overlap:]
