"""Media addresses: decided for every request, in small ranges; method, range and conditions are read only after a yes.

Short answers make a withdrawal cut a running stream, and let slow players share few threads (docs/security.md, media).
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.datastructures import Range
from werkzeug.http import parse_range_header

from archive.errors import NotFound
from archive.identifiers import is_id
from archive.reading.media import PermittedFile
from archive.services.renditions import PICTURE_PROFILES
from archive.web.site import actor, site

media = Blueprint("media", __name__)


def _permitted(rendition_id: str) -> PermittedFile:
    """:raises NotFound: for whatever may not be had."""
    archive = site()
    with archive.gate.looking(None) as look:
        testimony_id = archive.media.testimony_of(look, rendition_id if is_id(rendition_id) else "")
    with archive.gate.looking(actor(), testimony_id) as looking:
        return archive.media.at_address(looking, rendition_id)


@media.get("/m/<rendition_id>")
def play(rendition_id: str) -> Response:
    """One range of sound or film: at most 1 MiB and 15 s of it. A GET without Range is refused."""
    permitted = _permitted(rendition_id)
    if permitted.profile in PICTURE_PROFILES:
        raise NotFound
    size = permitted.file.size_bytes
    start, stop = _range_asked(size)
    if start is None or stop is None:
        return _headers(Response(status=416, headers={"Content-Range": f"bytes */{size}"}))
    body = b"" if request.method == "HEAD" else site().media.read(permitted, start, stop - start)
    end = start + min(stop - start, permitted.file.longest_range)
    response = Response(body, status=206, mimetype=permitted.file.mime)
    response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response.headers["Content-Length"] = str(end - start)
    return _headers(response)


def _range_asked(size: int) -> tuple[int | None, int | None]:
    """The one range a player asks for; of several ranges, or one that cannot be, nothing (RFC 9110, 14.1.2)."""
    wanted = parse_range_header(request.headers.get("Range"))
    if wanted is None or len(wanted.ranges) != 1:
        return None, None
    first, last = wanted.ranges[0]
    if first < -size:  # "the last n bytes" of a shorter file is all of it
        wanted = Range(wanted.units, [(-size, last)])
    return wanted.range_for_length(size) or (None, None)


@media.get("/i/<rendition_id>")
def picture(rendition_id: str) -> Response:
    """A still, whole."""
    permitted = _permitted(rendition_id)
    if permitted.profile not in PICTURE_PROFILES:
        raise NotFound
    return _headers(Response(site().media.read_whole(permitted), mimetype=permitted.file.mime))


def _headers(response: Response) -> Response:
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-store"
    return response
