"""The built wheel, installed away from the checkout, carries all it needs and serves."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SERVE = """
import sys
from pathlib import Path
from archive import paths
from archive.app import create_app
from archive.settings import Settings
from archive.wiring import init_archive, open_archive
import archive

home = Path(sys.argv[1])
assert Path(archive.__file__).is_relative_to(Path(sys.argv[2])), archive.__file__
settings = Settings(
    data=home / "data",
    keys=home / "keys",
    root_key_file=home / "root" / "root.key",
    scratch=home / "scratch",
    key_mode="demo",
)
init_archive(settings)
opened = open_archive(settings)
client = create_app(opened).test_client()
page = client.get("/").get_data(as_text=True)
style = page.split('rel="stylesheet" href="')[1].split('"')[0]
print(client.get("/").status_code, client.get(style).status_code, client.get("/search?q=river").status_code)
from search.concepts import shipped
from search.analysis import analyse
print(len(shipped().of("themes")) > 0, [t.term for t in analyse("the rivers", "en")])
opened.close()
"""


@pytest.mark.slow
def test_the_installed_wheel_makes_an_archive_and_serves_it(tmp_path: Path) -> None:
    dist, site = tmp_path / "dist", tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "archive/templates/layout/base.html",
        "archive/web/static/site.css",
        "archive/migrations/env.py",
        "archive/migrations/versions/0001_first.py",
        "archive/migrations/versions/0002_talk.py",
        "search/data/themes.json",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "examples/", "bench/", "templates/"))]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
    )
    answer = subprocess.run(
        [sys.executable, "-c", SERVE, str(tmp_path), str(site)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == ["200 200 200", "True ['the', 'river']"]


def test_the_version_is_told_once() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    changelog = (ROOT / "CHANGELOG.md").read_text()
    version = text.split('version = "')[1].split('"')[0]
    assert version in changelog
