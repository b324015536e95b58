"""S5.

A new testimony and its first file, by an ordinary form. What was received is sealed and read back before
"saved".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from archive import gazetteer
from archive.actors import Actor
from archive.errors import FormInvalid, SaksiError
from archive.reading import desk as reading
from archive.services.deposit import DuplicateOriginal, NewPerson, NewTestimony
from archive.web import once
from archive.web.chrome import chrome_for
from archive.web.forms import DepositForm, load
from archive.web.pages.desk import title_of
from archive.web.site import site, staff
from archive.web.uploads import in_scratch, most_bytes
from archive.web.viewmodels import Choice, DepositPage, FieldError, Link
from archive.web.words import language_name
from ingest.errors import IngestError

deposit = Blueprint("deposit", __name__, url_prefix="/desk")
ON_FORM = {"narrators": "narrator", "collection_id": "collection"}
"""Where the form shows what the service says of a field of its own."""
SPOKEN = ("km", "vi", "cja", "en", "fr", "zh", "lo", "th")
CARRIERS: dict[str, Callable[[], str]] = {
    "file": lambda: gettext("a file"),
    "phone": lambda: gettext("a telephone"),
    "cassette": lambda: gettext("a cassette"),
    "minidv": lambda: gettext("a MiniDV tape"),
    "vhs": lambda: gettext("a VHS tape"),
    "disc": lambda: gettext("a disc"),
}


def _page(actor: Actor, errors: tuple[FieldError, ...] = (), duplicate: Link | None = None) -> str:
    form = request.form
    chosen = form.get("collection", "")
    page = DepositPage(
        action=url_for("deposit.new"),
        max_bytes=most_bytes(),
        collections=tuple(
            Choice(value=c.id, label=c.name, chosen=c.id == chosen)
            for c in reading.collections(site().database, actor)
        ),
        languages=tuple(
            Choice(value=code, label=language_name(code), chosen=code in form.getlist("language"))
            for code in SPOKEN
        ),
        places=tuple(
            Choice(value=p.id, label=p.latin, chosen=p.id == form.get("place")) for p in gazetteer.provinces()
        ),
        carriers=tuple(
            Choice(value=k, label=w(), chosen=k == form.get("carrier")) for k, w in CARRIERS.items()
        ),
        narrators=tuple(form.getlist("narrator"))
        + (("",) if form.get("do") == "add-narrator" or not form.getlist("narrator") else ()),
        interviewers=tuple(form.getlist("interviewer")) or ("",),
        title=form.get("title", ""),
        session_date=form.get("session_date", ""),
        date_as_said=form.get("date_as_said", ""),
        place_as_said=form.get("place_as_said", ""),
        accession=form.get("accession", ""),
        received_from=form.get("received_from", ""),
        received_on=form.get("received_on", ""),
        errors=errors,
        kept=(once.number(),),
        back=Link(label=gettext("Desk"), href=url_for("desk.index")),
        duplicate=duplicate,
    )
    return render_template("desk/deposit.html", page=page, chrome=chrome_for(actor))


def _problems(error: SaksiError | IngestError) -> tuple[FieldError, ...]:
    if isinstance(error, FormInvalid):
        return tuple(
            FieldError(field=ON_FORM.get(name, name), message=why) for name, why in error.fields.items()
        )
    return (FieldError(field="file", message=error.message),)


@deposit.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    actor = staff()
    if not any(duty == "intake" for _, duty in actor.duties):
        actor.need_duty("intake", None)
    if request.method != "POST":
        return _page(actor)
    if request.form.get("do") == "add-narrator":  # sent without the file, of which only the name is here
        again = gettext("Choose the file again, please: it was not sent with this step.")
        return _page(actor, (FieldError(field="file", message=again),) if request.form.get("file") else ())
    with once.this_form() as sending:
        if not sending.answer:
            made = _made(actor)
            if isinstance(made, str):
                sending.answer = made
            else:
                return made
    return redirect(sending.answer, 303)


def _made(actor: Actor) -> str | tuple[str, int]:
    """The address of what was made of the form, or the form again with what is wrong."""
    try:
        values = load(DepositForm, request.form)
        uploaded = request.files.get("file")
        language = values["language"][0] if len(values["language"]) == 1 else ""
        with in_scratch(uploaded) as path:
            if path is not None:
                site().deposits.refuse_early(
                    actor, path
                )  # a refused file must leave no empty testimony behind
            made = site().deposits.create(actor, _testimony(values))
            if path is not None and uploaded is not None:
                site().deposits.add_recording(actor, made.id, path, name=_name(uploaded), language=language)
    except (SaksiError, IngestError) as error:
        return _page(actor, _problems(error), _duplicate(error)), 400
    return url_for("desk.processing", testimony_id=made.id)


def _testimony(values: Mapping[str, Any]) -> NewTestimony:
    return NewTestimony(
        collection_id=values["collection"],
        narrators=[NewPerson(name=name) for name in values["narrator"]],
        interviewers=[NewPerson(name=name) for name in values["interviewer"]],
        titles={"en": values["title"]} if values["title"] else {},
        date_edtf=values["session_date"],
        date_said=values["date_as_said"],
        place_said=values["place_as_said"],
        place_id=values["place"],
        accession={
            "number": values["accession"],
            "received": values["received_on"],
            "received_from": values["received_from"],
            "carrier": values["carrier"],
        },
    )


def _duplicate(error: Exception) -> Link | None:
    if not isinstance(error, DuplicateOriginal) or not error.code:
        return None
    return Link(label=error.code, href=url_for("desk.index"))


def _name(uploaded: FileStorage) -> str:
    return Path(os.fsdecode(uploaded.filename or "")).name[:200]


@deposit.route("/<testimony_id>/add", methods=["GET", "POST"])
def add_file(testimony_id: str) -> ResponseReturnValue:
    actor = staff()
    with site().gate.looking(actor, testimony_id) as looking:
        row = reading.testimony_of_staff(looking.session, actor, testimony_id, looking.now)
        title = title_of(looking, testimony_id)
    back = Link(label=gettext("Files"), href=url_for("desk.processing", testimony_id=testimony_id))
    errors: tuple[FieldError, ...] = ()
    duplicate = None
    if request.method == "POST":
        uploaded = request.files.get("file")
        try:
            with in_scratch(uploaded) as path:
                if path is None or uploaded is None:
                    raise FormInvalid({"file": gettext("Choose a file first.")})
                site().deposits.add_recording(
                    actor, testimony_id, path, name=_name(uploaded), language=request.form.get("language", "")
                )
        except (SaksiError, IngestError) as error:
            errors, duplicate = _problems(error), _duplicate(error)
        else:
            return redirect(url_for("desk.processing", testimony_id=testimony_id), 303)
    page = DepositPage(
        action=url_for("deposit.add_file", testimony_id=testimony_id),
        max_bytes=most_bytes(),
        testimony=title,
        code=row.code,
        back=back,
        errors=errors,
        duplicate=duplicate,
        languages=tuple(Choice(value=code, label=language_name(code)) for code in SPOKEN),
    )
    body = render_template("desk/deposit.html", page=page, chrome=chrome_for(actor))
    return (body, 400) if errors else body
