"""Forms as marshmallow schemas: the same validation language as the JSON API; unknown fields are refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from archive.errors import FormInvalid

IGNORED = ("csrf_token", "do", "once")
NOT_A_DATE = (
    "Write a day that exists, such as 2014, 2014-03 or 2014-03-07; add ~ if it is not certain: 2014~."
)
DATE = re.compile(r"([0-9]{2}[0-9X]{2})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[~?%]?")


class Date(fields.String):
    """A date as exactly as it is known (EDTF, ISO 8601-2): year, month or day, unsure, or two with a slash between.

    Digits of any script are read; what is kept has Latin ones.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more).strip()
        text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
        if text and not (text.count("/") < 2 and all(_is_date(part) for part in text.split("/"))):
            raise ValidationError(NOT_A_DATE)
        return text


def at_most(characters: int) -> validate.Length:
    """No longer than the archive keeps; what is longer is refused, never cut."""
    return validate.Length(max=characters, error="This is too long: at most {max} characters fit here.")


def _is_date(text: str) -> bool:
    found = DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = found.groups(default="1")
    try:
        date(int(year.replace("X", "0")), int(month), int(day))
    except ValueError:
        return False
    return True


class Form(Schema):
    """A form of the site."""

    class Meta:
        unknown = RAISE


class DepositForm(Form):
    """S5."""

    collection = fields.String(
        required=True,
        error_messages={"required": "Choose a collection. Is there none? `saksi collection add` makes one."},
        validate=validate.Length(min=1, max=40, error="Choose a collection."),
    )
    title = fields.String(load_default="", validate=at_most(300))
    narrator = fields.List(fields.String(validate=at_most(200)), load_default=list)
    interviewer = fields.List(fields.String(validate=at_most(200)), load_default=list)
    language = fields.List(fields.String(validate=at_most(20)), load_default=list)
    session_date = Date(load_default="")
    date_as_said = fields.String(load_default="", validate=at_most(200))
    place = fields.String(load_default="", validate=at_most(40))
    place_as_said = fields.String(load_default="", validate=at_most(200))
    carrier = fields.String(load_default="", validate=at_most(40))
    accession = fields.String(load_default="", validate=at_most(100))
    received_from = fields.String(load_default="", validate=at_most(200))
    received_on = Date(load_default="")


class ConsentFormSchema(Form):
    """S9: what the narrator decided; cards are checked by name in the page."""

    level = fields.String(
        load_default="",
        validate=validate.OneOf(["", "CLOSED", "FAMILY", "COMMUNITY", "STUDY", "LEARN", "OPEN"]),
    )
    door = fields.List(
        fields.String(validate=validate.OneOf(["fam", "com", "res", "edu"])), load_default=list
    )
    family = fields.String(load_default="", validate=validate.OneOf(["", "yes", "no"]))
    after_death = fields.String(
        load_default="stay", validate=validate.OneOf(["stay", "close", "open", "ask"])
    )
    after_level = fields.String(
        load_default="", validate=validate.OneOf(["", "FAMILY", "COMMUNITY", "STUDY", "LEARN", "OPEN"])
    )
    after_years = fields.String(
        load_default="", validate=validate.Regexp(r"\s*[0-9]{0,3}\s*$", error="Write a number of years.")
    )
    contact = fields.String(load_default="", validate=validate.OneOf(["", "no", "yes", "through"]))
    contact_how = fields.String(load_default="", validate=at_most(500))
    method = fields.String(load_default="", validate=at_most(40))
    language = fields.String(load_default="", validate=at_most(20))
    captured = Date(load_default="")
    place = fields.String(load_default="", validate=at_most(200))
    interpreter = fields.String(load_default="", validate=at_most(200))
    witness = fields.String(load_default="", validate=at_most(200))
    comprehension = fields.String(load_default="", validate=at_most(5000))
    evidence_note = fields.String(load_default="", validate=at_most(500))
    evidence_id = fields.String(load_default="", validate=at_most(40))
    person = fields.String(load_default="", validate=at_most(40))


def load(schema: type[Form], form: MultiDict[str, str], ignored: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values of a form as sent by a browser.

    :raises FormInvalid: with a sentence per field.
    """
    instance = schema()
    values: dict[str, Any] = {}
    for name in form:
        if name in IGNORED or name.startswith(ignored or ("\0",)):
            continue
        many = isinstance(instance.fields.get(name), fields.List)
        values[name] = form.getlist(name) if many else form.get(name, "")
    try:
        loaded: dict[str, Any] = instance.load(values)
    except ValidationError as error:
        raise FormInvalid({name: _sentence(why) for name, why in _items(error.messages_dict)}) from None
    return loaded


def _items(messages: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(str(name), why) for name, why in messages.items()]


def _sentence(why: Any) -> str:
    if isinstance(why, Mapping):
        return " ".join(_sentence(each) for each in why.values())
    return " ".join(str(each) for each in why) if isinstance(why, list | tuple) else str(why)
