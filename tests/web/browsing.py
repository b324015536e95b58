"""A browser without scripts for tests: opens pages, fills in their forms, follows where it is led."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse


class Browser:
    """Opens pages, fills in their forms by the names that are there, and follows where it is led. No script runs."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.address, self.status, self.page = "/", 0, BeautifulSoup("", "html.parser")

    def open(self, address: str) -> Browser:
        return self._take(address, self.client.get(address))

    def _take(self, address: str, got: TestResponse) -> Browser:
        if got.status_code in {302, 303}:
            parts = urlsplit(got.headers["Location"])
            return self.open(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        self.address, self.status = address, got.status_code
        self.page = BeautifulSoup(got.get_data(as_text=True), "html.parser")
        return self

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.page.get_text(" "))

    def follow(self, words: str) -> Browser:
        """The first link with these words."""
        return self.open(str(self._link(words)["href"]))

    def _link(self, words: str) -> Tag:
        found = next((a for a in self.page.find_all("a") if words in a.get_text(" ")), None)
        assert found is not None, f"no link {words!r} on {self.address}: {self.text[:600]}"
        return found

    def form_with(self, name: str) -> Tag:
        """The form in which a field or button of this name stands."""
        for form in self.page.find_all("form"):
            if form.select_one(f'[name="{name}"]'):
                return form
        raise AssertionError(f"no form with {name!r} on {self.address}: {self.text[:600]}")

    def fill(self, name: str, /, *, button: tuple[str, str] | None = None, **values: object) -> Browser:
        """Send the form that has the field `name`; every value must be for a field that is there."""
        return self.send(self.form_with(name), button, values)

    def press(self, label: str, **values: object) -> Browser:
        """Send the form whose button has this label."""
        for button in self.page.find_all("button"):
            if label in button.get_text(" "):
                form = button.find_parent("form")
                assert form is not None
                pair = (str(button["name"]), str(button.get("value", ""))) if button.get("name") else None
                return self.send(form, pair, values)
        raise AssertionError(f"no button {label!r} on {self.address}: {self.text[:600]}")

    def send(self, form: Tag, button: tuple[str, str] | None, values: dict[str, object]) -> Browser:
        data = defaults(form)
        for key, value in values.items():
            name = key.replace("__", "-")
            assert form.select_one(f'[name="{name}"]'), f"no field {name!r} in the form on {self.address}"
            data.setlist(name, value if isinstance(value, list) else [value])
        if button is not None:
            data.add(*button)
        action = str(form.get("action") or self.address)
        kind = "multipart/form-data" if form.get("enctype") else "application/x-www-form-urlencoded"
        return self._take(action, self.client.post(action, data=data, content_type=kind))


def defaults(form: Tag) -> MultiDict[str, object]:
    """What a browser would send if nobody touched anything."""
    data: MultiDict[str, object] = MultiDict()
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = field.get("name"), field.get("type", "text")
        if (
            not name
            or kind in {"file", "submit"}
            or (kind in {"checkbox", "radio"} and not field.has_attr("checked"))
        ):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            data.add(str(name), str(chosen.get("value", "")) if chosen else "")
        else:
            data.add(str(name), field.get_text() if field.name == "textarea" else str(field.get("value", "")))
    return data
