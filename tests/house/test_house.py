"""House rules that a machine can hold: small files with one job, no stray words, documents that run."""

from __future__ import annotations

import ast
import doctest
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("archive", "consent", "ingest", "search")
GENERATED = {"archive/migrations/versions/0001_first.py"}
LONGEST = 400
"""Files stay under about 300 lines; a hundred more is where "about" ends."""


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split() if name.endswith(".py")]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_a_file_says_its_one_job_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if name_of(path) in GENERATED:
        return
    assert ast.get_docstring(ast.parse(text)), "the first line says what the file is for"
    assert text.count("\n") <= LONGEST


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_public_functions_say_what_they_promise(path: Path) -> None:
    """Outside migrations and pages, whose routes say it in their rule, a public function or class has a docstring."""
    if "migrations" in path.parts or "pages" in path.parts:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == [] or "schemas" in path.name


def test_no_mark_of_unfinished_work() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|for now\b", re.IGNORECASE)
    found = [
        f"{name_of(path)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert found == []


def test_no_template_is_made_from_data_and_no_shell_is_called() -> None:
    banned = ("render_template_string", "shell=True", "pickle.load", "yaml.load(", "os.system")
    found = [
        (name_of(path), word)
        for path in sources()
        for word in banned
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


def documents() -> list[Path]:
    return sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_examples_in_documents_run(path: Path) -> None:
    failed, _ = doctest.testfile(str(path), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


@pytest.mark.parametrize("path", [*documents(), ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def everything_written() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in documents())


def test_every_setting_is_documented() -> None:
    used = set(re.findall(r'"(SAKSI_[A-Z_]+)"', (ROOT / "archive" / "settings.py").read_text()))
    assert len(used) > 10
    written = everything_written()
    assert {name for name in used if name not in written} == set()


def test_every_command_is_documented() -> None:
    from archive.cli.root import root

    written = everything_written()
    assert {name for name in root.commands if f"saksi {name}" not in written} == set()


def test_every_level_and_card_is_documented() -> None:
    from consent.vocabulary import Card, Level

    written = everything_written()
    assert {str(word) for word in (*Level, *Card) if str(word) not in written} == set()


def test_figures_in_the_readme_name_their_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make bench" in readme


def test_the_committed_openapi_document_is_the_one_that_is_served(tmp_path: Path) -> None:
    import json

    from tests.worlds_site import build_site

    site = build_site(tmp_path)
    served = site.visitor().get("/api/v1/openapi.json").json
    assert json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")) == served
    site.archive.close()
