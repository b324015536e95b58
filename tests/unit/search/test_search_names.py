"""Spellings of one name share a skeleton, and an authority file finds the name by any of them."""

from __future__ import annotations

import pytest

from search.names import AuthorityFile, Name, distance, skeleton

SPELLINGS = [
    ("Bat Dambang", "Battambang"),
    ("Phnum Pénh", "Phnom Penh"),
    ("Kompong Spoe", "Kampong Speu"),
    ("Khiev Samphân", "Khieu Samphan"),
    ("Siĕm Réab", "Siem Reap"),
    ("Stoeng Traeng", "Stung Treng"),
    ("Ta Kaev", "Takeo"),
    ("Kompong Chnang", "Kampong Chhnang"),
    ("Preah Vihea", "Preah Vihear"),
]
PLACES = [
    "Battambang", "Phnom Penh", "Kampong Speu", "Siem Reap", "Stung Treng", "Takeo", "Kampong Chhnang",
    "Preah Vihear", "Kampong Cham", "Kampong Thom", "Kampot", "Kandal", "Kratie", "Kracheh", "Prey Veng",
    "Pursat", "Svay Rieng", "Koh Kong", "Pailin", "Kep", "Mondulkiri", "Ratanakiri", "Oddar Meanchey", "Khieu Samphan",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "known"), SPELLINGS)
def test_spellings_share_a_skeleton(typed: str, known: str) -> None:
    assert skeleton(typed) == skeleton(known)


@pytest.mark.parametrize(("typed", "known"), SPELLINGS)
def test_the_name_meant_comes_first(typed: str, known: str) -> None:
    found = AuthorityFile(Name(id=p, label=p) for p in PLACES).resolve(typed)
    assert found[0].id == known


def test_different_names_have_different_skeletons() -> None:
    skeletons = [skeleton(p) for p in PLACES]
    assert len(set(skeletons)) >= len(PLACES) - 1


def test_another_name_is_another_label_of_the_same_id() -> None:
    file = AuthorityFile([Name(id="kratie", label="Kratie"), Name(id="kratie", label="ក្រចេះ")])
    assert [m.id for m in file.resolve("ក្រចេះ")] == ["kratie"]
    assert [m.id for m in file.resolve("Krati")] == ["kratie"]


def test_nothing_is_made_of_nothing() -> None:
    file = AuthorityFile([Name(id="kep", label="Kep")])
    for typed in ("", "?!", "xylophone", "\ud800"):
        assert file.resolve(typed) == ()


def test_distance_counts_changes() -> None:
    assert distance("kratie", "kratie") == 0
    assert distance("kampong", "kompong") == 1
    assert distance("", "abc") == 3
    assert distance("abcdef", "uvwxyz", most=2) > 2
