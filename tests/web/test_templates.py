"""Every template with invented values: strict, one heading, nothing inline, every sentence translatable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from flask.testing import FlaskClient

from archive import paths
from archive.steps import kinds
from archive.web import wave
from archive.web.assets import Assets
from archive.web.formats import clock, iso_duration, seconds
from tests.browser.preview import create_app
from tests.web.samples import SAMPLES

FAMILY = sorted(name for name, (template, _) in SAMPLES.items() if template.startswith("family/"))
FORBIDDEN_TO_FAMILIES = re.compile(r"saksi|testimon|consent|withdraw|archive|genocide|KH-", re.IGNORECASE)
TEMPLATES = sorted(p.relative_to(paths.templates()).as_posix() for p in paths.templates().rglob("*.html"))
SIGNS = re.compile(r"^[\W\d_]*(\d+ s)?[\W\d_]*$")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().test_client()


def page(client: FlaskClient, name: str, query: str = "") -> BeautifulSoup:
    answer = client.get(f"/p/{name}{query}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def test_every_page_template_has_a_sample() -> None:
    root = paths.templates()
    folders = ("pages", "account", "desk", "family", "errors")
    templates = {p.relative_to(root).as_posix() for folder in folders for p in (root / folder).glob("*.html")}
    assert templates == {template for template, _ in SAMPLES.values()}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_page_is_whole(client: FlaskClient, name: str) -> None:
    soup = page(client, name, "?lang=km")
    html = soup.html
    assert html is not None
    assert html["lang"] == "km"
    assert len(soup.find_all("h1")) == 1
    assert soup.title is not None
    assert soup.title.get_text(strip=True)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_nothing_inline_and_nothing_foreign(client: FlaskClient, name: str) -> None:
    soup = page(client, name)
    assert not soup.find_all("style")
    for tag in soup.find_all(True):
        assert "style" not in tag.attrs, tag
        assert not [key for key in tag.attrs if key.startswith("on")], tag
        for key in ("src", "href", "action", "poster"):
            assert not str(tag.get(key, "")).startswith(("http:", "https:", "//", "data:", "javascript:")), (
                tag
            )
    for script in soup.find_all("script"):
        assert script["src"].startswith("/static/")
        assert not script.get_text(strip=True)


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"left"}))
def test_frame_is_the_same_everywhere(client: FlaskClient, name: str) -> None:
    body = page(client, name).body
    assert body is not None
    kinds = [tag.name for tag in body.find_all(True, recursive=False) if tag.name not in ("script", "div")]
    assert kinds == ["a", "p", "header", "main", "footer"]
    skip = body.find("a")
    assert skip is not None
    assert skip["href"] == "#main"
    footer = body.find("footer")
    assert footer is not None
    assert "0800 000 000" in footer.get_text()
    for form in body.find_all("form", method="post"):
        assert form.find("input", attrs={"name": "csrf"}) is not None, form
    labels = {label.get("for") for label in body.find_all("label")}
    for field in body.find_all(["input", "select", "textarea"]):
        if field.get("type") != "hidden" and field.find_parent("label") is None:
            assert field.get("id") in labels, field
        if described := field.get("aria-describedby"):
            assert all(body.find(id=one) is not None for one in str(described).split()), field


@pytest.mark.parametrize("name", ["testimony", "close", "closed"])
def test_leave_is_the_second_thing_to_reach(client: FlaskClient, name: str) -> None:
    body = page(client, name).body
    assert body is not None
    reached = body.find_all(["a", "button", "input"])
    reached = [tag for tag in reached if tag.get("type") != "hidden"]
    assert reached[1].get_text(strip=True) == "Leave"
    form = reached[1].find_parent("form")
    assert form is not None
    assert form["action"] == "/leave"


@pytest.mark.parametrize("name", FAMILY)
def test_family_pages_name_neither_the_house_nor_its_matter(client: FlaskClient, name: str) -> None:
    soup = page(client, name)
    for demo in soup.find_all(class_="demo"):
        demo.decompose()
    assert FORBIDDEN_TO_FAMILIES.search(soup.get_text(" ")) is None


def test_paper_card_bears_numbers_and_the_plain_name_only(client: FlaskClient) -> None:
    soup = page(client, "card")
    papers = soup.find_all(class_="paper")
    assert len(papers) == 2
    for paper in papers:
        assert FORBIDDEN_TO_FAMILIES.search(paper.get_text(" ")) is None
    assert soup.title is not None
    assert "Saksi" not in soup.title.get_text()


def test_hidden_and_absent_page_holds_nothing_of_the_request(client: FlaskClient) -> None:
    assert client.get("/p/error-404?q=zqkhmer").data == client.get("/p/error-404?t=754").data


def test_sought_words_are_marked_and_the_rest_is_escaped(client: FlaskClient) -> None:
    assert [m.get_text() for m in page(client, "search").find_all("mark")] == ["dam", "dam", "ប្រឡាយ", "ទំនប់"]
    assert b"<zebra>" not in client.get("/p/search-none").data


def test_segments_carry_time_language_and_words(client: FlaskClient) -> None:
    soup = page(client, "testimony")
    first = soup.find(id="s754")
    assert first is not None
    link = first.find("a")
    assert link is not None
    assert link["href"] == "?t=754#s754"
    said, also = first.find_all("p", lang=True)
    assert (said["lang"], also["lang"]) == ("en", "km")
    assert "We dug the canal at night" in said.get_text()
    gap = soup.find(id="g771")
    assert gap is not None
    assert gap.get_text(" ", strip=True) == "12:51 This part is not shown. 8 seconds"


def test_player_asks_for_nothing_when_data_is_saved(client: FlaskClient) -> None:
    stretch = page(client, "testimony-stretch").find("source")
    assert stretch is not None
    assert stretch["src"] == "/media/tone.wav#t=754,756"
    for name in ("testimony", "testimony-film"):
        player = page(client, name).find(attrs={"data-player": True})
        assert player is not None
        assert player["preload"] == "metadata"
        assert "autoplay" not in player.attrs


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_sentence_goes_through_the_catalogue(template: str) -> None:
    """What is left of a template without its tags and expressions holds no words of its own."""
    source = (paths.templates() / template).read_text("utf-8")
    source = re.sub(r"\{% block frame %\}.*?\{% endblock %\}", "", source)
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    bare = BeautifulSoup(re.sub(r'aria-\w+="[^"]*"', "", source), "html.parser")
    for kept in bare.find_all(translate="no"):
        kept.decompose()
    for words in bare.find_all(string=lambda text: not isinstance(text, PreformattedString)):
        assert SIGNS.match(words.strip()), words


def test_every_kind_of_step_has_words() -> None:
    app = create_app()
    with app.test_request_context("/"):
        words = app.jinja_env.get_template("macros/words.html").module
        assert not [kind for kind in kinds.PRIORITY if str(words.step(kind)) == kind]  # type: ignore[attr-defined]


def test_messages_can_be_extracted() -> None:
    messages: set[str] = set()
    for path in paths.templates().rglob("*.html"):
        for _, message, _, _ in extract_from_file("jinja2", path, options={"trimmed": "true"}):
            messages.update([message] if isinstance(message, str) else message[:2])
    assert len(messages) > 250
    assert "This part is not shown." in messages
    for message in messages:
        assert re.search(r"%(?!\(\w+\)s)", message) is None, message


def test_static_files_are_immutable_and_small(client: FlaskClient) -> None:
    soup = page(client, "home")
    sheet = soup.find("link", rel="stylesheet")
    assert sheet is not None
    answer = client.get(str(sheet["href"]), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) <= 12_000
    plain = client.get(str(sheet["href"]))
    font = re.search(r'url\("(noto[^"]+)"\)', plain.get_data(as_text=True))
    assert font is not None
    assert len(client.get(f"/static/{font[1]}").data) <= 16_000
    assert client.get("/static/site.css").status_code == 404
    assert len((paths.static() / "player.js").read_bytes()) <= 4096


def test_address_changes_with_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "a.css").write_text('x{background:url("a.js")}')
    before = Assets(tmp_path)
    (tmp_path / "a.js").write_text("2")
    after = Assets(tmp_path)
    assert before.address("a.js") != after.address("a.js")
    assert before.address("a.css") != after.address("a.css")
    (tmp_path / "a.css").write_text('x{background:url("gone.js")}')
    with pytest.raises(KeyError):
        Assets(tmp_path)


def test_times_are_written_one_way() -> None:
    assert [clock(ms) for ms in (0, 7_999, 754_000, 5_530_000)] == ["0:00", "0:07", "12:34", "1:32:10"]
    assert [seconds(ms) for ms in (0, 754_000, 754_250)] == ["0", "754", "754.25"]
    assert iso_duration(754_250) == "PT754.25S"


def test_wave_leaves_out_hidden_parts_and_has_no_inline_style() -> None:
    drawn = BeautifulSoup(
        wave.strip([0, 100, 255, 40], duration_ms=4_000, bars=4, gaps=((2_000, 3_000),), played_ms=1_000),
        "html.parser",
    )
    svg = drawn.find("svg")
    assert svg is not None
    assert svg["aria-hidden"] == "true"
    bars = drawn.find_all("path")[0]["d"].count("M")
    assert bars == 3
    assert drawn.find(class_="wave-gap")["d"] == "M12 44H18"
    assert drawn.find("rect")["width"] == "6"
    assert not drawn.find_all(style=True)
    with pytest.raises(ValueError, match="duration"):
        wave.strip([1], duration_ms=0)
