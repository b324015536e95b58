"""Signing in and out of the desk; educators and researchers sign in at the same door."""

from __future__ import annotations

import re

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from archive.errors import SignInFailed, TooManyTries
from archive.web.chrome import chrome_for
from archive.web.security import clear_session_cookie, session_token, set_session_cookie
from archive.web.site import actor, https, site
from archive.web.viewmodels import SignInPage

account = Blueprint("account", __name__)
_INSIDE = re.compile(r"/(?!/)[!-\[\]-~]*")
"""A path of ours: browsers take a backslash for a slash and leave tabs out, so neither may stand in it."""


def _next(text: str) -> str:
    """Only an address inside the site; anything else leads to the desk."""
    return text if _INSIDE.fullmatch(text) else ""


@account.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    wanted = _next(request.values.get("next", ""))
    if request.method != "POST":
        unsaved = request.args.get("unsaved") == "1"
        return _form(SignInPage(action=url_for("account.sign_in"), next=wanted, unsaved=unsaved))
    login = request.form.get("login", "").strip()[:80]
    try:
        token = site().accounts.sign_in(login, request.form.get("password", "")[:200])
    except SignInFailed:
        return _form(
            SignInPage(action=url_for("account.sign_in"), login=login, next=wanted, failed=True)
        ), 401
    except TooManyTries as slowed:
        page = SignInPage(
            action=url_for("account.sign_in"), login=login, next=wanted, failed=True, wait_s=slowed.wait_s
        )
        return _form(page), 429, {"Retry-After": str(slowed.wait_s)}
    someone = site().accounts.who(token)
    home = url_for("desk.index") if someone is not None and someone.is_staff else url_for("public.home")
    response = make_response(redirect(wanted or home, 303))
    set_session_cookie(response, token, https=https())
    return response


def _form(page: SignInPage) -> str:
    return render_template("account/signin.html", page=page, chrome=chrome_for(actor()))


@account.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    token = session_token()
    if token:
        site().accounts.sign_out(token)
    response = make_response(redirect(url_for("public.home"), 303))
    clear_session_cookie(response, https=https())
    return response
