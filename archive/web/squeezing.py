"""Squeezes pages and captions on their way to visitors without a session, so that they open soon on slow lines.

Compressing a page tells an eavesdropper who can also put words into it (a search word in a link) what secret stands
beside them (BREACH, 2013). So only pages of visitors without a session are squeezed: nothing in them belongs to one
visitor, and the form token in them is one that everybody can fetch. Pages of people who are signed in never are.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

from archive.web.security import session_token

SQUEEZED = frozenset({"text/html", "text/vtt"})
LEAST_BYTES = 1024
LEVEL = 6


def install(app: Flask) -> None:
    """Squeeze what may be squeezed; call after the guards, whose cookie name is needed."""

    @app.after_request
    def _squeeze(response: Response) -> Response:
        page = response.status_code == 200 and response.mimetype in SQUEEZED and request.method == "GET"
        if not page or session_token() or response.is_streamed or "Content-Encoding" in response.headers:
            return response
        response.headers.add("Vary", "Accept-Encoding")
        body = response.get_data()
        if len(body) >= LEAST_BYTES and request.accept_encodings.quality("gzip") > 0:
            response.set_data(gzip.compress(body, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
