"""Follows every link, address and source from the first page on, and keeps all that was sent: headers and bytes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.canaries import Found, canaries_in

START = (
    "/",
    "/listen",
    "/search",
    "/close",
    "/sign-in",
    "/left",
    "/health",
    "/desk",
    "/nothing",
    "/api/v1/openapi.json",
)
TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')
ADDRESS = re.compile(r'"(/(?:t|m|i|c|api|desk)/[^"]*)"')
MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One answer as it went out. Form tokens are cut: they are random by design."""

    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def all_bytes(self) -> bytes:
        return "\n".join(f"{k}: {v}" for k, v in self.headers).encode() + b"\n\n" + self.body


def crawl(client: FlaskClient, also: Iterable[str] = ()) -> dict[str, Sent]:
    """Everything that can be reached from the first pages and from `also`, by address."""
    waiting = [*START, *also]
    seen: dict[str, Sent] = {}
    while waiting:
        address = waiting.pop(0)
        if address in seen:
            continue
        assert len(seen) < MOST, "the site has no end"
        seen[address] = sent = fetch(client, address)
        waiting += [link for link in links(sent) if link not in seen]
    return seen


def fetch(client: FlaskClient, address: str) -> Sent:
    """One address; sound and film are fetched to their end, piece by piece."""
    got = client.get(address, headers={"Range": "bytes=0-"} if address.startswith("/m/") else {})
    body = got.data
    while got.status_code == 206 and len(body) < int(got.headers["Content-Range"].rpartition("/")[2]):
        got = client.get(address, headers={"Range": f"bytes={len(body)}-"})
        body += got.data
    headers = tuple((k, v) for k, v in got.headers if k != "Date")
    return Sent(address=address, status=got.status_code, headers=headers, body=TOKEN.sub(b"", body))


def links(sent: Sent) -> list[str]:
    """Where an answer leads inside the site."""
    kinds = dict(sent.headers).get("Content-Type", "")
    if kinds.startswith("application/json"):
        return ADDRESS.findall(sent.body.decode())
    if not kinds.startswith("text/html"):
        return []
    page = BeautifulSoup(sent.body.decode(), "html.parser")
    found = [
        str(element[name])
        for name in ("href", "src", "poster", "action")
        for element in page.select(f"[{name}]")
    ]
    location = dict(sent.headers).get("Location")
    return [a.partition("#")[0] for a in [*found, *([location] if location else [])] if a.startswith("/")]


def scan(sent: Iterable[Sent], words: Iterable[str]) -> list[Found]:
    """Every marker in headers or bodies, in every form that bytes can have. What was searched for is in its address."""
    words, addresses = tuple(words), defaultdict[bytes, list[str]](list)
    for each in sent:
        addresses[each.all_bytes].append(each.address)  # most answers are alike, and need one look only
    return [
        replace(found, where=address)
        for content, where in addresses.items()
        for found in canaries_in(content, words)
        for address in where
        if found.word not in address
    ]
