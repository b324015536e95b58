"""The site beside what one would otherwise use: sealed ranges through the gate against `send_file`; the gate itself.

Run with `python -m bench.site`. Both servers are waitress with 8 threads on loopback, asked in turn by one client.
"""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from flask import Flask, send_file
from waitress.server import create_server

from archive.db import models as m
from archive.reading import words
from archive.services.renditions import LISTENING, MadeFile
from consent.vocabulary import Action, Level
from tests.worlds_site import Opened, Site, build_site, open_testimony

MIB = 1 << 20
SIZE = 64 * MIB
ROUNDS, RANGES = 6, 60


class Served:
    """A WSGI application on a free loopback port."""

    def __init__(self, app: Flask) -> None:
        self._server = create_server(app, host="127.0.0.1", port=0, threads=8)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.port = int(self._server.effective_port)

    def close(self) -> None:
        self._server.close()


def fetch(connection: http.client.HTTPConnection, address: str, start: int) -> int:
    """One range of 1 MiB; returns the bytes that came."""
    connection.request("GET", address, headers={"Range": f"bytes={start}-{start + MIB - 1}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 206:
        raise RuntimeError(f"{address} answered {answer.status}")
    return len(body)


def rate(port: int, address: str, starts: list[int]) -> float:
    """MiB a second over the given ranges."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    got = sum(fetch(connection, address, start) for start in starts)
    connection.close()
    return got / MIB / (time.perf_counter() - began)


def big_recording(site: Site, opened: Opened, folder: Path) -> tuple[str, Path]:
    """A 64 MiB rendition of an open testimony, long enough that the cap is 1 MiB; and the same bytes in the plain."""
    plain = folder / "plain.bin"
    plain.write_bytes(Random(7).randbytes(SIZE))
    made = MadeFile(path=plain, profile=LISTENING, mime="audio/mp4", length_ms=900_000)
    sealed = site.archive.renditions.seal(opened.id, made)
    with site.archive.database.uow() as tx:
        original = tx.session.get_one(m.Original, opened.original_id)
        site.archive.renditions.write_down(tx, original, sealed, made_by="bench")
    return sealed.id, plain


def plain_site(path: Path) -> Flask:
    """What one would otherwise write."""
    app = Flask("plain")
    app.add_url_rule("/file", "file", lambda: send_file(path, conditional=True))
    return app


def milliseconds(run: Callable[[], object], times: int = 200) -> float:
    """Median time of `run`."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def measure(folder: Path) -> dict[str, float]:
    """All figures of this benchmark."""
    site = build_site(folder)
    opened = open_testimony(site, folder, Level.OPEN)
    rendition_id, plain = big_recording(site, opened, folder)
    ours, theirs = Served(site.app), Served(plain_site(plain))
    rng = Random(11)
    ratios, rates = [], []
    for _ in range(ROUNDS):
        starts = [rng.randrange(0, SIZE - MIB) for _ in range(RANGES)]
        sealed = rate(ours.port, f"/m/{rendition_id}", starts)
        file = rate(theirs.port, "/file", starts)
        ratios.append(sealed / file)
        rates.append((sealed, file))
    figures = {
        "sealed ranges, MiB/s": statistics.median(r[0] for r in rates),
        "send_file, MiB/s": statistics.median(r[1] for r in rates),
        "sealed / send_file": statistics.median(ratios),
    }
    with site.archive.gate.looking(None) as looking:
        original = looking.session.get_one(m.Original, opened.original_id)
        revision = looking.session.get_one(m.Revision, opened.revision_id)
        part = looking.policies.words(original, revision, 500, 2500)
        figures["gate: decide one hit, ms"] = milliseconds(lambda: looking.decide(Action.FIND, part))
        figures["unsealing: open one segment, ms"] = milliseconds(
            lambda: words.read(looking, site.archive.fields, str(opened.revision_id))
        )
    ours.close()
    theirs.close()
    return figures


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for name, value in measure(Path(folder)).items():
            print(f"{name:36} {value:10.3f}")


if __name__ == "__main__":
    main()
