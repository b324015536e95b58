"""The canary search itself: it finds what is planted, in each form, and nothing else."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests import canaries
from tests.canaries import canaries_in, canary_scan

WORD = "សាក្សី-canary-Trần"


@pytest.mark.parametrize(
    "planted",
    [
        WORD.encode(),
        WORD.encode("utf-16"),
        WORD.encode("utf-16-be"),
        WORD.encode().hex().encode(),
        WORD.encode().hex().upper().encode(),
        base64.b64encode(WORD.encode()),
        base64.b64encode(b"x" + WORD.encode() + b"yz"),
        base64.b64encode(b"xx" + WORD.encode() + b"y"),
        base64.urlsafe_b64encode(b"xx" + WORD.encode() + b"??>"),
        quote(WORD).encode(),
        quote(WORD).lower().encode(),
        WORD.encode("unicode_escape").replace(b"\\xe2", b"\\u00e2").replace(b"\\xea", b"\\u00ea"),
    ],
)
def test_each_form_is_found(planted: bytes) -> None:
    assert canaries_in(b"before " + planted + b" after", [WORD])


def test_nothing_is_found_where_nothing_is() -> None:
    assert canaries_in(b"quite another sentence, " * 100, [WORD]) == []


def test_a_word_across_two_blocks_and_a_word_in_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canaries, "BLOCK", 100)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"." * 95 + b"orchid-seven" + b"." * 500)
    (tmp_path / "heron-nine.txt").write_bytes(b"")
    found = {(f.where, f.word) for f in canary_scan(tmp_path, ["orchid-seven", "heron-nine"])}
    assert found == {("deep/file", "orchid-seven"), ("heron-nine.txt", "heron-nine")}
