"""What an archivist reads about her files while the worker looks at them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.worlds_db import make_testimony, write_film, write_script
from tests.worlds_site import Site, build_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = build_site(tmp_path)
    write_script(site.archive)
    return site


def files_page(site: Site, recording: Path, name: str) -> str:
    """S6 after the worker is done with one recording."""
    made = make_testimony(site.archive, site.anna)
    site.archive.deposits.add_recording(site.anna, made.id, recording, name=name)
    site.work()
    return site.signed_in("anna").get(f"/desk/{made.id}/files").get_data(as_text=True)


def test_a_film_without_sound_says_so(site: Site, tmp_path: Path) -> None:
    film = tmp_path / "silent.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=s=160x120:r=5:d=3", "-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *picture, str(film)], check=True)
    page = files_page(site, film, "silent.mp4")
    assert "There is no sound in this film, so no words will follow." in page


def test_a_recording_cut_in_the_middle_says_what_is_missing(site: Site, tmp_path: Path) -> None:
    whole = write_film(tmp_path / "whole.mp4", seconds=10)
    front = tmp_path / "front.mp4"  # the index in front, so that a cut file still opens
    moved = ["-i", str(whole), "-c", "copy", "-movflags", "+faststart", str(front)]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *moved], check=True)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(front.read_bytes()[: front.stat().st_size * 6 // 10])
    page = files_page(site, cut, "cut.mp4")
    assert "It says it is 10 seconds long, but only" in page


def test_files_are_told_apart_by_their_own_names(site: Site, tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", seconds=3)
    page = files_page(site, film, "ការថត 1 & <b>.mp4")
    assert "<bdi>ការថត 1 &amp; &lt;b&gt;.mp4</bdi>" in page


def test_a_name_that_is_no_utf8_is_kept_as_far_as_it_can_be_read(site: Site, tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", seconds=3)
    page = files_page(site, film, os.fsdecode(b"tape \xff 1.mp4"))
    assert "<bdi>tape ? 1.mp4</bdi>" in page
