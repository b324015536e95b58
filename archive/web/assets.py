"""Style sheet, scripts, icon and font, under addresses that carry a hash of their content.

A file `site.css` is served as `/static/site.<hash>.css` with a year of immutable caching; any other address
is absent. Everything is read once, when the site is built: the set is small (under 100 kB) and cannot change
while it runs.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, request

_MIME: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_SQUEEZED = frozenset({".css", ".js", ".svg", ".txt"})
_CSS_ADDRESS = re.compile(r'url\("([^":]+)"\)')
_YEAR_S = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is sent: its bytes, plain and squeezed, and its type."""

    body: bytes
    squeezed: bytes | None
    mime: str


class Assets:
    """The files of one folder, by the address they are served under."""

    def __init__(self, folder: Path, *, prefix: str = "/static/") -> None:
        """Read `folder`.

        Style sheets come last, since they name other files: `url("name")` becomes the hashed name. Raises
        KeyError when a style sheet names a file that is not there, or a file has an unknown ending.
        """
        self._prefix = prefix
        self._served: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
        for path in sorted(files, key=lambda p: p.suffix == ".css"):
            self._add(path.name, path.suffix, path.read_bytes())

    def _add(self, name: str, suffix: str, body: bytes) -> None:
        if suffix == ".css":
            text = body.decode("utf-8")
            body = _CSS_ADDRESS.sub(lambda found: f'url("{self._names[found[1]]}")', text).encode("utf-8")
        digest = hashlib.sha256(body).hexdigest()[:12]
        served = f"{name.removesuffix(suffix)}.{digest}{suffix}"
        squeezed = gzip.compress(body, 9, mtime=0) if suffix in _SQUEEZED else None
        self._served[served] = Asset(body=body, squeezed=squeezed, mime=_MIME[suffix])
        self._names[name] = served

    def address(self, name: str) -> str:
        """The address of a file by its plain name ("site.css"). Raises KeyError when there is none."""
        return self._prefix + self._names[name]

    def blueprint(self) -> Blueprint:
        """One public route, `assets.file`: GET and HEAD of a hashed address.

        It knows nothing about testimonies.
        """
        pages = Blueprint("assets", __name__)

        def file(name: str) -> Response:
            asset = self._served.get(name)
            if asset is None:
                abort(404)
            wants = asset.squeezed is not None and request.accept_encodings.quality("gzip") > 0
            response = Response(asset.squeezed if wants else asset.body, content_type=asset.mime)
            response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
            response.headers["X-Content-Type-Options"] = "nosniff"
            if asset.squeezed is not None:
                response.headers["Vary"] = "Accept-Encoding"
            if wants:
                response.headers["Content-Encoding"] = "gzip"
            return response

        pages.add_url_rule(f"{self._prefix}<name>", "file", file, methods=["GET"])
        return pages
