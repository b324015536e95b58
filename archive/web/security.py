"""Headers, cookies and form guards of every response (docs/security.md, the site).

One cookie, only for people who sign in. Forms carry a signed token and a foreign Origin is refused; a GET changes
nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, request
from markupsafe import Markup

from archive.web.errors import FormNotOurs

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
TOKEN_LASTS_S = 12 * 3600
_TOKEN = re.compile(r"([0-9]{1,12})\.([0-9a-f]{40})")
LOOPBACK_COOKIE, HTTPS_COOKIE = "saksi", "__Host-saksi"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class FormGuard:
    """Signs form tokens for one browser session, or for nobody in particular when nobody is signed in."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _sign(self, subject: str, at: int) -> str:
        return hmac.new(self._key, f"form\0{subject}\0{at}".encode(), hashlib.sha256).hexdigest()[:40]

    def token(self, subject: str) -> str:
        at = int(time.time())
        return f"{at}.{self._sign(subject, at)}"

    def accepts(self, subject: str, token: str) -> bool:
        form = _TOKEN.fullmatch(
            token
        )  # whatever else was sent is refused before it can break what comes after
        if form is None or not 0 <= time.time() - int(form[1]) <= TOKEN_LASTS_S:
            return False
        return hmac.compare_digest(form[2], self._sign(subject, int(form[1])))


def cookie_name(*, https: bool) -> str:
    """`__Host-` demands https; on loopback http the cookie is plain."""
    return HTTPS_COOKIE if https else LOOPBACK_COOKIE


def session_token() -> str:
    """The session cookie of this request, or empty."""
    return request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], "")


def set_session_cookie(response: Response, token: str, *, https: bool) -> None:
    """Hand the token to the browser: no script reads it, no other site sends it."""
    response.set_cookie(
        cookie_name(https=https), token, httponly=True, secure=https, samesite="Strict", path="/"
    )


def clear_session_cookie(response: Response, *, https: bool) -> None:
    response.delete_cookie(cookie_name(https=https), httponly=True, secure=https, samesite="Strict", path="/")


def _own_origin(asked: Request) -> bool:
    """Whether the request says it comes from this site, or does not say at all."""
    if asked.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = asked.headers.get("Origin", "null")
    if origin == "null":  # what browsers send with a form under `no-referrer`; the signed token decides then
        return True
    return urlsplit(origin).netloc == asked.host


def _vouched_for(asked: Request) -> bool:
    """Whether the browser itself says that a page of this site sent the form; silence is no."""
    return _own_origin(asked) and asked.headers.get("Sec-Fetch-Site") == "same-origin"


def install(app: Flask, guard: FormGuard, *, https: bool) -> None:
    """Put guards and headers around every request of `app`."""

    app.config["SESSION_COOKIE_NAME"] = cookie_name(https=https)

    @app.before_request
    def _check_form() -> None:
        if request.method in SAFE_METHODS:
            return
        if not _own_origin(request) or not guard.accepts(session_token(), request.form.get("csrf_token", "")):
            raise FormNotOurs(ours=_vouched_for(request))

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def csrf_field(guard: FormGuard) -> Callable[[], Markup]:
    """The hidden input of every form, for the session that asks."""

    def field() -> Markup:
        return Markup('<input type="hidden" name="csrf_token" value="{}">').format(
            guard.token(session_token())
        )

    return field
