"""A site of samples for people who work on templates: every page with invented values, no database.

Run `python -m tests.browser.preview` and open the printed address.
"""

from __future__ import annotations

import io
import math
import struct
import wave as riff

from flask import Flask, Response, abort, render_template, request, send_file
from flask_babel import Babel
from markupsafe import Markup

from archive import paths
from archive.web import templating
from archive.web.assets import Assets
from tests.web.samples import SAMPLES, STAFF, chrome

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STILL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#9fb9b6"/>'
    '<rect y="5.6" width="16" height="3.4" fill="#5f7a63"/></svg>'
)
CAPTIONS = "WEBVTT\n\n12:34.000 --> 12:51.000\nWe dug the canal at night.\n"


def tone(seconds: int = 1000, rate: int = 3000) -> bytes:
    """A quiet tone as a WAV file; low rate, so that it stays small."""
    kept = io.BytesIO()
    with riff.open(kept, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        second = b"".join(struct.pack("B", 128 + round(6 * math.sin(i / 5))) for i in range(rate))
        out.writeframes(second * seconds)
    return kept.getvalue()


def create_app() -> Flask:
    """The preview as a Flask application; `?lang=km` shows a page in another language's frame."""
    app = Flask("preview", static_folder=None)
    app.config.update(TESTING=True, BABEL_DEFAULT_LOCALE="en")
    Babel(app)
    templating.install(app, assets=Assets(paths.static()), csrf_field=_csrf_field)
    sound = tone()

    @app.get("/")
    def index() -> str:
        links = "".join(f'<li><a href="/p/{name}">{name}</a></li>' for name in SAMPLES)
        return f"<!doctype html><html lang=en><title>Preview</title><ul>{links}</ul>"

    @app.get("/p/<name>")
    def page(name: str) -> str:
        if name not in SAMPLES:
            abort(404)
        template, values = SAMPLES[name]
        frame = chrome(request.args.get("lang", "en"), staff=name in STAFF)
        masks = (("/media/tone.wav", "/check"),) if name == "review" else ()
        return render_template(template, chrome=frame, page=values, masks=masks)

    @app.get("/media/tone.wav")
    def media() -> Response:
        return send_file(io.BytesIO(sound), mimetype="audio/wav", conditional=True)

    @app.get("/media/still.svg")
    def still() -> Response:
        return Response(STILL, mimetype="image/svg+xml")

    @app.get("/media/en.vtt")
    def captions() -> Response:
        return Response(CAPTIONS, mimetype="text/vtt")

    @app.post("/leave")
    def leave() -> tuple[str, int]:
        return "", 204

    @app.get("/left")
    def left() -> str:
        return render_template("family/left.html", chrome=chrome(), page=None)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


def _csrf_field() -> Markup:
    return Markup('<input type="hidden" name="csrf" value="sample">')


if __name__ == "__main__":
    from waitress import serve

    print("http://127.0.0.1:5055/")
    serve(create_app(), host="127.0.0.1", port=5055, threads=4)
