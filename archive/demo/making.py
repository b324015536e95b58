"""Makes the demonstration, from an empty folder to an archive that can be searched; every act through its service."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import click
from sqlalchemy import select

from archive.clock import Clock, ShiftedClock, SystemClock
from archive.db.models import DenyOverlay
from archive.demo import arriving, examples, paper, people, reading, working
from archive.demo.arriving import Arrived
from archive.errors import SaksiError
from archive.settings import Settings
from archive.wiring import Archive, init_archive, open_archive
from archive.worker.scratch import Scratch

DAYS_BACK = timedelta(days=30)
CARD_FOR = "by-the-river"


class DemoIncomplete(SaksiError):
    """Something that the demonstration promises to show did not come about."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The demonstration is not complete: {what}. Start it again; it begins anew.")
        self.what = what


def make(settings: Settings) -> paper.Paper:
    """Everything, with bars; returns what `demo.json` holds. :raises DemoStepFailed, DemoIncomplete:"""
    stories = examples.load()
    init_archive(settings)
    past = ShiftedClock(clock=SystemClock(), shift=-DAYS_BACK)
    then, now = _open(settings, past), _open(settings, SystemClock())
    scratch = Scratch(settings.scratch)
    scratch.prepare("demo")
    try:
        accounts = people.make_accounts(then)
        first, second = people.archivist(then, 1), people.archivist(then, 2)
        collection_id = then.deposits.create_collection(
            people.DEMONSTRATION, arriving.COLLECTION, agreement=arriving.AGREEMENT
        )
        with working.worker_inside(now):
            with click.progressbar(stories, label="Taking in   ", show_eta=False) as bar:
                arrived = [arriving.arrive(then, first, collection_id, story) for story in bar]
            recordings = sum(a.example.recording is not None for a in arrived)
            working.wait_until_idle(now, "Listening   ", originals=recordings)
            for each in arrived:
                reading.describe(then, first, each)
                reading.publish(then, first, each)
                arriving.agree(then, first, second, each, scratch.folder)
                reading.give_check(now, second, each)
            working.wait_until_idle(now, "Hiding      ")
            reading.check_masks(now, people.archivist(now, 2))
            working.wait_until_idle(now, "Opening     ")
        _need_indexed(now)
        return _paper(settings, now, accounts, arrived)
    finally:
        scratch.leave()
        then.close()
        now.close()


def _open(settings: Settings, clock: Clock) -> Archive:
    return open_archive(settings, clock=clock)


def _need_indexed(archive: Archive) -> None:
    with archive.database.snapshot() as look:
        if look.scalar(select(DenyOverlay.testimony_id).limit(1)) is not None:
            raise DemoIncomplete("the search index has not caught up")


def _paper(
    settings: Settings, archive: Archive, accounts: tuple[people.DemoAccount, ...], arrived: list[Arrived]
) -> paper.Paper:
    shown = []
    for each in arrived:
        words = reading.hidden_words(archive, each)
        if each.example.hidden_words and not words:
            raise DemoIncomplete(f"none of the hidden words of {each.code} was heard")
        title = each.example.title.get("en") or next(iter(each.example.title.values()))
        shown.append(
            paper.ShownTestimony(
                code=each.code, url=f"{settings.address}/t/{each.id}", level=each.example.level, title=title,
                hidden_words=words,
            )
        )  # fmt: skip
    return paper.Paper(
        base_url=settings.address, accounts=accounts, testimonies=tuple(shown), cards=_cards(archive, arrived)
    )


def _cards(archive: Archive, arrived: list[Arrived]) -> tuple[paper.ShownCard, ...]:
    """One narrator's card, for a testimony that is open to everyone."""
    archivist = people.archivist(archive, 1)
    chosen = next((a for a in arrived if a.example.key == CARD_FOR), arrived[0])
    made = archive.cards.make(archivist, chosen.id, chosen.narrator_ids[0])
    return (paper.ShownCard(testimony=chosen.code, code=made.code, secret=made.secret),)


def at_address(told: paper.Paper, address: str) -> paper.Paper:
    """The same demonstration at another address, as after a change of port."""
    moved = tuple(replace(t, url=address + t.url.removeprefix(told.base_url)) for t in told.testimonies)
    return replace(told, base_url=address, testimonies=moved)
