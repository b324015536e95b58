"""S12, plain: a narrator closes her testimony with her card. No account, no script, no word about what there is."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_datetime
from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from archive.errors import CardUnknown, TooManyTries
from archive.identifiers import spoken_digits
from archive.web.chrome import chrome_for
from archive.web.security import clear_session_cookie, session_token
from archive.web.site import https, site
from archive.web.viewmodels import CloseCardPage, ClosedPage
from consent.days import ZONE

family = Blueprint("family", __name__)
COPIES_ASKED_WITHIN = timedelta(days=14)


@family.route("/close", methods=["GET", "POST"])
def close() -> ResponseReturnValue:
    action = url_for("family.close")
    if request.method != "POST":
        return _form(CloseCardPage(action=action))
    code = request.form.get("code", "")[:60]
    secret = request.form.get("secret", "")[:120]
    try:
        site().cards.close(code, secret)
    except CardUnknown:
        return _form(CloseCardPage(action=action, code=code, failed=True)), 403
    except TooManyTries as slowed:
        page = CloseCardPage(action=action, code=code, failed=True, wait_s=slowed.wait_s)
        return _form(page), 429, {"Retry-After": str(slowed.wait_s)}
    now = site().clock.now().astimezone(ZONE)
    closed = ClosedPage(
        code=_grouped(spoken_digits(code)),
        closed_at=format_datetime(now, "d MMMM yyyy, HH:mm", locale="en") + " (Phnom Penh)",
        copies_asked_by=format_datetime(now + COPIES_ASKED_WITHIN, "d MMMM yyyy", locale="en"),
        telephone=site().settings.telephone or None,
    )
    return render_template("family/closed.html", page=closed, chrome=chrome_for(None))


def _grouped(digits: str) -> str:
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def _form(page: CloseCardPage) -> str:
    return render_template("family/close.html", page=page, chrome=chrome_for(None))


@family.post("/leave")
def leave() -> ResponseReturnValue:
    """Ends whatever session there is and answers with an empty page."""
    token = session_token()
    if token:
        site().accounts.sign_out(token)
    response = make_response(render_template("family/left.html", page=None, chrome=chrome_for(None)))
    clear_session_cookie(response, https=https())
    return response


@family.get("/left")
def left() -> ResponseReturnValue:
    return render_template("family/left.html", page=None, chrome=chrome_for(None))
