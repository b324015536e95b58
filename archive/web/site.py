"""What a view needs of the running archive: the services, and who is asking. Resolved once per request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app, g

from archive.actors import Actor
from archive.web.errors import StaffOnly
from archive.web.security import session_token

if TYPE_CHECKING:
    from archive.wiring import Archive


def site() -> Archive:
    """The archive this application serves."""
    return cast("Archive", current_app.extensions["saksi"])


def actor() -> Actor | None:
    """Whoever is signed in, as the account stands right now."""
    if "actor" not in g:
        token = session_token()
        g.actor = site().accounts.who(token) if token else None
    return cast("Actor | None", g.actor)


def staff() -> Actor:
    """The signed-in member of staff. :raises StaffOnly: for everyone else."""
    someone = actor()
    if someone is None or not someone.is_staff:
        raise StaffOnly
    return someone


def https() -> bool:
    """Whether people reach the site over https; only this very machine may use http."""
    return site().settings.address.startswith("https://")
