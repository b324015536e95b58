"""Turns what went wrong into pages. Absent, hidden, closed and replaced are one answer, byte for byte.

Nothing of the request stands in an error page, but for a form that staff may send again; the words are in the
templates.
"""

from __future__ import annotations

import logging
from errno import EDQUOT, ENOSPC

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from archive.errors import (
    Conflict,
    FormInvalid,
    Gone,
    NotFound,
    NotOpen,
    NotYourDuty,
    OwnAct,
    SaksiError,
    SearchLimited,
    TooManyTries,
)
from archive.vault.errors import (
    ConsentVersionTooOld,
    KeyFrozen,
    KeyMissing,
    KeyStoreUnavailable,
    ObjectDamaged,
    ObjectMissing,
    StoreUnavailable,
)
from archive.web.chrome import stranger_chrome
from archive.web.viewmodels import AgainPage, ErrorPage, Hidden, NotOpenPage, NotOpenWords
from search.errors import PageOutOfReach, QueryTooComplex, SearchError

log = logging.getLogger("saksi.web")

CLOSED = (NotFound, KeyFrozen, KeyMissing, ConsentVersionTooOld)
UNAVAILABLE = (StoreUnavailable, KeyStoreUnavailable, ObjectDamaged, ObjectMissing, SearchLimited)
API, DESK = "/api/", "/desk"


class FormNotOurs(SaksiError):
    """A form without a valid token, or sent from another site; seen with pages left open over night.

    `ours` is set when the browser vouches that a page of this site sent it: only its token is of an earlier session.
    """

    def __init__(self, *, ours: bool = False) -> None:
        super().__init__(
            "This form was open for too long, or was not sent from here. Nothing was changed. Go back and try again."
        )
        self.ours = ours


class StaffOnly(SaksiError):
    """A desk page was asked for without signing in."""

    def __init__(self) -> None:
        super().__init__("Sign in first.")


def _page(page: ErrorPage) -> Response:
    if request.path.startswith(API):
        from archive.web.api.errors import as_json

        return as_json(page.status)
    response = make_response(
        render_template(f"errors/{page.status}.html", page=page, chrome=stranger_chrome()), page.status
    )
    if page.wait_s is not None:
        response.headers["Retry-After"] = str(page.wait_s)
    return response


def not_found() -> Response:
    """The one answer for what is absent and what is not to be known."""
    return _page(ErrorPage(status=404))


def _saksi_error(error: SaksiError) -> Response:
    if isinstance(error, CLOSED):
        return not_found()
    if isinstance(error, StaffOnly):
        return _sign_in()
    if isinstance(error, FormNotOurs) and error.ours and request.path.startswith(DESK):
        return _send_again()
    if isinstance(error, Gone):
        return _page(ErrorPage(status=410, code=error.code))
    if isinstance(error, NotOpen):
        return _not_open(error)
    if isinstance(error, UNAVAILABLE):
        log.error("unavailable: %s", type(error).__name__)
        return _page(ErrorPage(status=503, wait_s=30))
    if isinstance(error, TooManyTries):
        return _page(ErrorPage(status=429, wait_s=error.wait_s))
    if isinstance(error, NotYourDuty | OwnAct | FormNotOurs):
        return _page(ErrorPage(status=403, message=error.message))
    if isinstance(error, FormInvalid | Conflict):
        return _page(ErrorPage(status=400, message=error.message))
    log.error("unexpected %s", type(error).__name__)
    return _page(ErrorPage(status=500))


def _sign_in() -> Response:
    """To the door, and from there to where she was; a form that was sent is not lost without a word."""
    rule = request.url_rule
    back = request.path if rule is not None and "GET" in (rule.methods or ()) else url_for("desk.index")
    unsaved = "1" if request.method == "POST" else None
    return make_response(redirect(url_for("account.sign_in", next=back, unsaved=unsaved), 303))


def _send_again() -> Response:
    """A form from before she signed in anew: shown as it would be sent, for her to send."""
    kept = [
        Hidden(name=name, value=value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token"
    ]
    page = AgainPage(action=request.full_path.rstrip("?"), kept=tuple(kept), files=bool(request.files))
    return make_response(render_template("errors/again.html", page=page, chrome=stranger_chrome()), 403)


def _not_open(error: NotOpen) -> Response:
    if request.path.startswith(API):
        from archive.web.api.errors import as_json

        return as_json(403)
    words = {"ask": NotOpenWords.ASK, "needs": NotOpenWords.NEEDS}.get(error.face, NotOpenWords.NOT_AVAILABLE)
    page = NotOpenPage(code="", words=words)
    return make_response(render_template("pages/not_open.html", page=page, chrome=stranger_chrome()), 403)


def install(app: Flask) -> None:
    """Every error of `app` becomes a page of ours."""

    @app.errorhandler(SaksiError)
    def _ours(error: SaksiError) -> Response:
        return _saksi_error(error)

    @app.errorhandler(SearchError)
    def _search(error: SearchError) -> Response:
        if isinstance(error, QueryTooComplex | PageOutOfReach):
            return _page(ErrorPage(status=400, message=error.message))
        log.error("search is unavailable: %s", type(error).__name__)
        return _page(ErrorPage(status=503, wait_s=30))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if isinstance(error, RequestEntityTooLarge):
            return _page(ErrorPage(status=413, max_bytes=request.max_content_length))
        if error.code in {404, 405}:
            return not_found()
        if error.code is not None and error.code < 400 and error.response is not None:
            return make_response(error.get_response())
        return _page(ErrorPage(status=400))

    @app.errorhandler(OSError)
    def _disk(error: OSError) -> Response:
        log.error("disk: %s", error.strerror)
        return _page(
            ErrorPage(status=503, wait_s=60) if error.errno in {ENOSPC, EDQUOT} else ErrorPage(status=500)
        )

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        log.exception("unexpected %s", type(error).__name__)
        return _page(ErrorPage(status=500))
