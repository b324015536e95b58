"""A form sent twice is done once: the second sending waits for the first and is led where that one led.

A double click, a slow line and a thumb that presses again would otherwise make two testimonies of one deposit. Kept in
memory, for one serving process: what must never happen twice is refused by the services themselves.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

from flask import Flask, current_app, request

from archive.web.security import session_token
from archive.web.viewmodels import Hidden

NAME = "once"
REMEMBERED = 1000


@dataclass(slots=True)
class Sending:
    """One filled-in form: `answer` is the address its first sending led to, empty until then."""

    lock: Lock = field(default_factory=Lock)
    answer: str = ""


class Sendings:
    """The forms sent last, by the session and the number they carry."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str], Sending] = OrderedDict()

    def of(self, session: str, number: str) -> Sending:
        with self._lock:
            sending = self._known.setdefault((session, number), Sending())
            self._known.move_to_end((session, number))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return sending


def install(app: Flask) -> None:
    """Let `app` remember what was sent."""
    app.extensions["saksi-once"] = Sendings()


def number() -> Hidden:
    """The field that makes a form one: the same when it is shown again with its errors, new otherwise."""
    sent = request.form.get(NAME, "")[:40]
    return Hidden(name=NAME, value=sent) if sent else fresh()


def fresh() -> Hidden:
    """The field of a form that was never shown before."""
    return Hidden(name=NAME, value=secrets.token_urlsafe(12))


@contextmanager
def this_form() -> Iterator[Sending]:
    """The form being sent now, alone; a form without a number is only itself."""
    sent = request.form.get(NAME, "")[:40]
    known = cast("Sendings", current_app.extensions["saksi-once"])
    sending = known.of(session_token(), sent) if sent else Sending()
    with sending.lock:
        yield sending
