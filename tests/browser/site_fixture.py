"""A real archive for the browser checks: ten testimonies taken the whole way, served by waitress on loopback."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from waitress import create_server

from archive.actors import Actor
from archive.db import models as m
from archive.services.consents import EvidenceFile, NewConsent
from archive.services.contents import NewNote, NewPoint
from archive.services.deposit import TestimonyMade
from archive.services.transcripts import NewSegment
from consent.rules import Limit, Span
from consent.vocabulary import Answer, Card, Door, Level, PersonClass
from tests.worlds_db import make_actor, make_testimony, write_film, write_script
from tests.worlds_site import EVERY_CARD, Opened, Site, agree, build_site, check_masks, give_task, publish

Line = tuple[int, int, str]
LISTED = (*EVERY_CARD, Card.LISTED)
HIDDEN_NAME = "Zqkhmer"
"""Said in the recording of `hidden`, in a span its narrator asked to hide. No visitor may ever be sent it."""
CANAL_MS = 30_000
TELEPHONE = "023 900 100"

RIVER: tuple[Line, ...] = (
    (500, 5_500, "We lived beside the river, and my father mended nets."),
    (6_000, 12_000, "When the rains came the water stood under the house."),
    (13_000, 20_000, "In the dry months we carried earth in baskets, two people to a basket."),
    (21_000, 28_500, "Nobody spoke while the sun was high."),
    (CANAL_MS, 36_000, "At night we dug the canal by torchlight, and sang so as not to sleep."),
    (38_000, 45_000, "The dam broke twice, and twice we built it again."),
    (47_000, 54_000, "My aunt counted the baskets so that nobody could say we had done less."),
    (56_000, 64_000, "Afterwards we heard only the frogs."),
    (65_000, 72_000, "I tell this so that the children know whose hands made the field."),
)
MARKET: tuple[Line, ...] = (
    (500, 3_500, "I sold rice cakes at the market by the bridge."),
    (4_000, 8_000, "They were warm when the boats came in."),
    (9_000, 15_000, "My sister painted the sign herself, a blue fish."),
)
NETS: tuple[Line, ...] = (
    (500, 8_000, "We walked for two days along the canal."),
    (9_000, 15_000, f"A man called {HIDDEN_NAME} gave us his boat."),
    (16_000, 23_000, "He asked for nothing, and we never met again."),
    (24_000, 29_000, "I still look for that boat when I am at the river."),
)
KHMER = (
    ("ខ្ញុំរស់នៅក្បែរទន្លេតាំងពីក្មេង។", "I have lived beside the river since I was small."),
    ("យើងជីកប្រឡាយនៅពេលយប់ ហើយច្រៀងកុំឱ្យងងុយគេង។", "We dug the canal at night and sang so as not to fall asleep."),
    ("ព្រឹកឡើង យើងបាយជាមួយត្រីតូចៗ។", "In the morning we ate rice with small fish."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The served archive and what stands in it."""

    site: Site
    address: str
    river: Opened
    film: Opened
    hidden: Opened
    khmer: Opened
    learn: Opened
    closed: Opened
    sealed: Opened
    sealed_card: tuple[str, str]
    gone: Opened
    closing: Opened
    closing_card: tuple[str, str]
    pending: Opened
    draft: Opened
    long: Opened

    def page(self, opened: Opened, more: str = "") -> str:
        """The address of a testimony's page."""
        return f"{self.address}/t/{opened.id}{more}"

    def card(self, opened: Opened) -> tuple[str, str]:
        """A new card of its narrator: code and secret."""
        made = self.site.archive.cards.make(self.site.anna, opened.id, opened.narrator_id)
        return made.code, made.secret


def long_lines(minutes: int) -> tuple[Line, ...]:
    """A transcript of ordinary length: a sentence of about 22 words every nine seconds."""
    openings = (
        "In those months",
        "After the harvest",
        "When my mother was ill",
        "Before the rain",
        "One evening",
    )
    middles = (
        "we carried earth from the bank to the field and back",
        "the children gathered snails and small fish for the pot",
        "an old man taught us to read the clouds over the hills",
        "we slept in the long house and listened to the rain on the leaves",
    )
    ends = ("until it was dark.", "and nobody asked us why we did it.", "so that there was something to eat.")
    return tuple(
        (
            at * 1000,
            at * 1000 + 8_500,
            f"{openings[n % 5]} {middles[n % 4]}, {ends[n % 3]} That was day {n + 1}.",
        )
        for n, at in enumerate(range(0, minutes * 60 - 9, 9))
    )


def speak_for(path: Path, lines: Sequence[Line], *, seconds: int, pitch: int) -> None:
    """A machine voice that goes on for `seconds`; a pitch of its own keeps two recordings from being duplicates."""
    said = " ".join(text for _, _, text in lines[:12]).replace(HIDDEN_NAME, "somebody")
    voice = path.with_suffix(".voice.wav")
    subprocess.run(["espeak-ng", "-v", "en", "-p", str(pitch), "-w", str(voice), said], check=True)
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-stream_loop", "-1", "-i", str(voice), "-t", str(seconds),
         "-ar", "16000", "-y", str(path)],
        check=True,
    )  # fmt: skip


def fault() -> str:
    """A page of ours that fails, to see what a visitor sees then."""
    raise RuntimeError("a fault on purpose")


class Builder:
    """Takes testimonies in, one after the other; consent is recorded first and time passes once, at the end."""

    def __init__(self, folder: Path, **changes: object) -> None:
        self.folder = folder
        self.site = build_site(folder, **changes)
        self.site.app.add_url_rule("/fault", "fault", fault)
        self._pitch = 20

    def recording(
        self, title: str, lines: Sequence[Line], *, seconds: int = 30, film: bool = False, **more: object
    ) -> Opened:
        """Deposit a recording and let the worker write its words."""
        archive = self.site.archive
        made = make_testimony(archive, self.site.anna, "Narrator of " + title, title=title, **more)
        write_script(archive, *lines)
        path = self.folder / f"{made.id}{'.mp4' if film else '.wav'}"
        self._pitch += 5
        if film:
            write_film(path, seconds=seconds)
        else:
            speak_for(path, lines, seconds=seconds, pitch=self._pitch)
        original_id = archive.deposits.add_recording(
            self.site.anna, made.id, path, name="tape", language="en"
        )
        self.site.work()
        with archive.database.snapshot() as look:
            revision_id = look.scalar(
                select(m.Revision.id)
                .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
                .where(m.Transcript.testimony_id == made.id)
            )
        return opened_of(made, original_id, revision_id)

    def public(self, title: str, lines: Sequence[Line], level: Level = Level.OPEN, **more: object) -> Opened:
        """A recording with published words and consent at that level, in force once time has passed."""
        opened = self.recording(title, lines, **more)  # type: ignore[arg-type]
        publish(self.site, opened)
        self.agreed(opened, level)
        return opened

    def agreed(self, opened: Opened, level: Level, *, cards: Collection[Card] = LISTED) -> None:
        agree(self.site, opened, level, cards=cards, wait=False)

    def text(self, title: str, level: Level, *, cards: Collection[Card] = LISTED) -> Opened:
        """A testimony in English words only."""
        made = make_testimony(self.site.archive, self.site.anna, "Narrator of " + title, title=title)
        lines = [NewSegment(text=text, language="en") for _, _, text in MARKET]
        original_id, revision_id = self.site.archive.transcripts.add_text_original(
            self.site.anna, made.id, language="en", segments=lines
        )
        opened = opened_of(made, original_id, revision_id)
        publish(self.site, opened)
        self.agreed(opened, level, cards=cards)
        return opened

    def khmer(self) -> Opened:
        """Khmer, with English in step, line by line."""
        archive, anna = self.site.archive, self.site.anna
        made = make_testimony(
            archive, anna, "អ្នកនិទាន", title="Beside the river, in writing", date_edtf="2011"
        )
        own = [NewSegment(text=khmer, language="km") for khmer, _ in KHMER]
        original_id, revision_id = archive.transcripts.add_text_original(
            anna, made.id, language="km", segments=own
        )
        in_step = [
            NewSegment(text=english, language="en", renders_ordinal=n)
            for n, (_, english) in enumerate(KHMER, start=1)
        ]
        english_id = archive.transcripts.add_translation(
            anna, revision_id, language="en", segments=in_step, aligned=True
        )
        opened = opened_of(made, original_id, revision_id)
        publish(self.site, opened)
        archive.transcripts.publish(anna, english_id, (), speakers={})
        self.agreed(opened, Level.OPEN)
        return opened

    def with_hidden_part(self) -> Opened:
        """The name of somebody else is said; its seconds are hidden and a second person has heard the masked copy."""
        archive, anna = self.site.archive, self.site.anna
        opened = self.recording(
            "A boat without a name", NETS, date_edtf="2018", place_id="kh:04", place_allowed=True
        )
        publish(self.site, opened, named=HIDDEN_NAME, person_class=PersonClass.PRIVATE)
        span = Span(original=opened.original_id, start_ms=NETS[1][0], end_ms=NETS[1][1])
        limit_id = archive.limits.add(
            anna,
            opened.id,
            Limit(by=f"narrator:{opened.narrator_id}", reason="asked_by_narrator", scope=span),
        )
        archive.limits.found_free(anna, opened.id, ("title", "summary", "tags"), limit_id=limit_id)
        self.agreed(opened, Level.OPEN)
        self.site.work()
        assert check_masks(self.site, opened) > 0
        return opened

    def withdrawn(self) -> Opened:
        """Once public; its narrator agreed that the archive may say that it is gone."""
        opened = self.text("Gone", Level.CLOSED)
        evidence = self.site.archive.settings.scratch / "evidence.txt"
        evidence.write_bytes(b"RIFF a spoken yes")
        recorded = self.site.archive.consents.record(
            self.site.anna,
            NewConsent(
                testimony_id=opened.id, person_id=opened.narrator_id, level=Level.OPEN, cards=LISTED, family=Answer.NO,
                communities=("riverside",), method="audio", tombstone_agreed=True, work_goes_on=True,
                evidence=EvidenceFile(path=evidence, mime="audio/wav"), comprehension="Everybody hears it.",
            ),
        )  # fmt: skip
        self.site.archive.consents.confirm(self.site.boran, recorded.record_id)
        return opened


def opened_of(made: TestimonyMade, original_id: str, revision_id: str | None) -> Opened:
    return Opened(
        id=made.id,
        code=made.code,
        narrator_id=made.narrator_ids[0],
        original_id=original_id,
        revision_id=revision_id,
    )


def describe(site: Site, opened: Opened) -> None:
    """Index points with a theme, and one content note."""
    archive, anna = site.archive, site.anna
    points = [
        NewPoint(start_ms=500, end_ms=20_000, language="en", title="The house by the river", concepts=()),
        NewPoint(
            start_ms=21_000,
            end_ms=54_000,
            language="en",
            title="Digging at night",
            concepts=("dams-and-canals",),
        ),
        NewPoint(start_ms=56_000, end_ms=72_000, language="en", title="Afterwards"),
    ]
    archive.contents.add_points(anna, opened.original_id, points)
    archive.contents.check_names(anna, opened.original_id)
    note = NewNote(start_ms=38_000, end_ms=45_000, language="en", text="danger at work")
    archive.contents.add_notes(anna, opened.original_id, [note])


def build_world(folder: Path, port: int) -> World:
    """Everything the checks look at; the clock stands still afterwards."""
    here = f"http://127.0.0.1:{port}"
    made = Builder(
        folder, port=port, base_url=here, archive_name="Saksi", telephone=TELEPHONE, help_hours="8-17 h"
    )
    site = made.site
    pursat = {"date_edtf": "2014-03-02", "place_id": "kh:15", "place_allowed": True}
    river = made.public("Nets and baskets", RIVER, seconds=75, **pursat)
    describe(site, river)
    film = made.public("The blue fish", MARKET, seconds=16, film=True, date_edtf="2020")
    hidden, khmer, gone = made.with_hidden_part(), made.khmer(), made.withdrawn()
    learn, closed = (
        made.text("For classes", Level.LEARN),
        made.text("Kept closed", Level.CLOSED, cards=EVERY_CARD),
    )
    sealed = made.public("Sealed", MARKET, seconds=16)
    closing = made.public("To be closed", RIVER, seconds=75)
    long = made.public("Fifteen minutes", long_lines(15), seconds=900)
    site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    site.work()
    pending = made.recording("Waits for a second person", MARKET, seconds=16)
    draft = made.recording("A draft", MARKET, seconds=16)
    publish(site, pending)
    agree(site, pending, Level.OPEN, cards=LISTED, confirm=False, wait=False)
    site.work()
    with site.archive.database.uow() as tx:
        row = tx.session.get_one(m.Testimony, gone.id)
        row.state, row.state_since = "withdrawn", tx.now
        tx.shown_changed(gone.id)
    world = World(
        site=site, address=here, river=river, film=film, hidden=hidden, khmer=khmer, learn=learn, closed=closed,
        sealed=sealed, sealed_card=("", ""), gone=gone, closing=closing, closing_card=("", ""), pending=pending,
        draft=draft, long=long,
    )  # fmt: skip
    cards = world.card(sealed), world.card(closing)
    site.archive.cards.close(*cards[0])
    site.work()
    return replace(world, sealed_card=cards[0], closing_card=cards[1])


def add_people(site: Site) -> dict[str, Actor]:
    """Beside the two archivists: somebody with one duty, and a teacher."""
    return {
        "chan": make_actor(site.archive, "chan", duties=("transcribe",)),
        "dara": make_actor(site.archive, "dara", duties=(), doors=(str(Door.TEACHING),)),
    }


def free_port() -> int:
    """A loopback port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(world: World) -> Iterator[World]:
    """The site behind waitress in a thread of its own, with the limits `saksi serve` sets."""
    port = world.site.archive.settings.port
    server: Any = create_server(
        world.site.app, host="127.0.0.1", port=port, threads=8, inbuf_overflow=9 << 20,
        outbuf_overflow=2 << 20, ident="",
    )  # fmt: skip
    thread = threading.Thread(target=server.run, name="site")
    thread.start()

    def stop() -> None:
        for channel in list(server._map.values()):
            channel.close()

    try:
        yield world
    finally:
        server.trigger.pull_trigger(stop)
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive(), "the site did not stop"


__all__ = ["World", "add_people", "build_world", "free_port", "give_task", "served"]
