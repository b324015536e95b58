"""Every screen and state that the checks look at: who opens it, and how."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser.site_fixture import World


@dataclass(slots=True, kw_only=True)
class Visit:
    """One browser with one page, and what it asked for."""

    page: Page
    world: World
    asked: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path of the site, or a whole address."""
        self.page.goto(path if path.startswith("http") else self.world.address + path)
        return self.page

    def wait(self, expression: str, seconds: float = 20) -> None:
        """Until `expression` holds; asked through the debugger, since the policy of the page refuses eval."""
        for _ in range(int(seconds * 20)):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never became true: {expression}")

    def player(self, expression: str) -> object:
        """A value of the media element."""
        return self.page.evaluate(f"document.querySelector('[data-player]').{expression}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Who looks (a login, or nobody), and the way there."""

    way: Callable[[Visit], None]
    who: str = ""


def at(path: str) -> Callable[[Visit], None]:
    """A screen that is an address; `{river}` and so on stand for testimony ids."""

    def way(visit: Visit) -> None:
        ids = {name: getattr(visit.world, name).id for name in NAMES}
        originals = {f"{name}_original": getattr(visit.world, name).original_id for name in NAMES}
        people = {f"{name}_person": getattr(visit.world, name).narrator_id for name in NAMES}
        visit.go(path.format(**ids, **originals, **people))

    return way


NAMES = (
    "river", "film", "hidden", "khmer", "learn", "closed", "sealed", "gone", "closing", "pending", "draft", "long",
)  # fmt: skip


def _facet_open(visit: Visit) -> None:
    at("/search?q=canal&language=en")(visit)
    visit.page.click(".facet:nth-of-type(2) summary")


def _wrong_password(visit: Visit) -> None:
    at("/sign-in")(visit)
    visit.page.fill("[name=login]", "nobody-" + secrets.token_hex(4))
    visit.page.fill("[name=password]", "wrong")
    visit.page.click("main button")


def type_card(visit: Visit, code: str, secret: str) -> None:
    """S12, filled in and sent."""
    visit.page.fill("[name=code]", code)
    visit.page.fill("[name=secret]", secret)
    visit.page.click("main .btn.main")


def _wrong_card(visit: Visit) -> None:
    at("/close")(visit)
    type_card(visit, str(secrets.randbelow(10**9)), "0000 1111 2222 3333")


def _closed_card(visit: Visit) -> None:
    at("/close")(visit)
    type_card(visit, *visit.world.sealed_card)


def _deposit_errors(visit: Visit) -> None:
    at("/desk/new")(visit)
    visit.page.fill("[name=session_date]", "in the rainy season")
    visit.page.fill("[name=title]", "A title that stays")
    visit.page.click("[name=do][value=save]")


def _publish_unheard(visit: Visit) -> None:
    at("/desk/{draft}/words")(visit)
    visit.page.click("[name=do][value=publish]")


def _consent_errors(visit: Visit) -> None:
    at("/desk/{draft}/consent")(visit)
    visit.page.click("[name=do][value='read-back']")


def read_back(visit: Visit) -> None:
    """S9 filled in for OPEN, up to reading it back."""
    at("/desk/{draft}/consent")(visit)
    page = visit.page
    page.check("[name=level][value=OPEN]")
    page.check("[name=family][value=yes]")
    page.check("[name=card-NAME][value=yes]")
    page.select_option("[name=method]", "audio")
    page.fill("[name=comprehension]", "Everybody can hear me.")
    page.click("[name=do][value='read-back']")


def _consent_cards(visit: Visit) -> None:
    at("/desk/{draft}/consent")(visit)
    visit.page.check("[name=level][value=OPEN]")
    visit.page.click("[name=do][value=cards]")


def _new_card(visit: Visit) -> None:
    at("/desk/{draft}/card?person={draft_person}")(visit)
    visit.page.click("main .btn.main")


PUBLIC = {
    "home": at("/"),
    "search": at("/search"),
    "results": at("/search?q=canal"),
    "results-none": at("/search?q=zebra"),
    "results-facets": _facet_open,
    "moments": at("/t/{river}/moments?q=basket"),
    "listing": at("/listen"),
    "listing-none": at("/listen?language=fr"),
    "sound": at("/t/{river}/{river_original}?t=30&q=canal"),
    "film": at("/t/{film}"),
    "film-as-sound": at("/t/{film}?sound=1"),
    "hidden-part": at("/t/{hidden}"),
    "text": at("/t/{khmer}"),
    "text-khmer": at("/t/{khmer}?words=own"),
    "not-open": at("/t/{learn}"),
    "not-found": at("/t/{sealed}"),
    "gone": at("/t/{gone}"),
    "fault": at("/fault"),
    "sign-in": at("/sign-in"),
    "sign-in-wrong": _wrong_password,
    "close": at("/close"),
    "close-wrong": _wrong_card,
    "close-done": _closed_card,
    "left": at("/left"),
}
DESK = {
    "desk": ("anna", at("/desk")),
    "deposit": ("anna", at("/desk/new")),
    "deposit-errors": ("anna", _deposit_errors),
    "add-file": ("anna", at("/desk/{draft}/add")),
    "processing": ("anna", at("/desk/{draft}/files")),
    "review": ("anna", at("/desk/{draft}/words")),
    "review-errors": ("anna", _publish_unheard),
    "review-published": ("anna", at("/desk/{pending}/words")),
    "consent": ("anna", at("/desk/{draft}/consent")),
    "consent-cards": ("anna", _consent_cards),
    "consent-errors": ("anna", _consent_errors),
    "consent-read-back": ("anna", read_back),
    "consent-in-force": ("anna", at("/desk/{river}/consent")),
    "consent-own-pending": ("anna", at("/desk/{pending}/consent")),
    "consent-pending": ("boran", at("/desk/{pending}/consent")),
    "card": ("anna", at("/desk/{draft}/card?person={draft_person}")),
    "card-made": ("anna", _new_card),
    "not-your-duty": ("chan", at("/desk/new")),
    "teacher-home": ("dara", at("/")),
}
SCREENS: dict[str, Screen] = {name: Screen(way=way) for name, way in PUBLIC.items()} | {
    name: Screen(way=way, who=who) for name, (who, way) in DESK.items()
}
