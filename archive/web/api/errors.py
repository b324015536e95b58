"""The one shape of an error in the API; absent and hidden are the same bytes."""

from __future__ import annotations

from flask import Response, jsonify, make_response

WORDS = {
    400: ("invalid", "The request cannot be understood as it is."),
    403: ("not_open", "This is not open here."),
    404: ("not_found", "There is nothing at this address."),
    410: (
        "gone",
        "This testimony is no longer available. The archive respects the wishes of those who speak.",
    ),
    413: ("too_large", "The request is too large."),
    429: ("slow_down", "Please wait a little before the next try."),
    500: ("error", "Something went wrong here. Nothing was changed."),
    503: ("limited", "This is limited just now. Please try again in a moment."),
}


def as_json(status: int) -> Response:
    """The error of that status; nothing of the request is in it."""
    code, message = WORDS.get(status, WORDS[500])
    return make_response(jsonify({"error": {"code": code, "message": message}}), status)
