"""Who may use which route: every endpoint is named here, or the site does not start."""

from __future__ import annotations

from enum import StrEnum

from flask import Flask

from archive.errors import SaksiError


class Rule(StrEnum):
    """What guards a route."""

    NOTHING_SHOWN = "shows nothing about any testimony"
    DESCRIBE = "what decide(DESCRIBE) allows"
    FIND = "what decide(FIND) allows"
    READ = "what decide(READ) allows"
    HEAR = "what decide(LISTEN) or decide(WATCH) allows"
    ASSIGNED = "staff with a task on this testimony"
    DUTY = "staff with the duty for it"
    CARD = "whoever holds the narrator's card"


RULES: dict[str, Rule] = {
    "assets.file": Rule.NOTHING_SHOWN,
    "public.home": Rule.DESCRIBE,
    "public.listing": Rule.DESCRIBE,
    "public.search": Rule.FIND,
    "public.moments": Rule.FIND,
    "public.testimony": Rule.READ,
    "public.health": Rule.NOTHING_SHOWN,
    "media.play": Rule.HEAR,
    "media.picture": Rule.HEAR,
    "captions.webvtt": Rule.READ,
    "account.sign_in": Rule.NOTHING_SHOWN,
    "account.sign_out": Rule.NOTHING_SHOWN,
    "family.close": Rule.CARD,
    "family.leave": Rule.NOTHING_SHOWN,
    "family.left": Rule.NOTHING_SHOWN,
    "desk.index": Rule.ASSIGNED,
    "desk.processing": Rule.ASSIGNED,
    "desk.retry": Rule.ASSIGNED,
    "desk.check_mask": Rule.ASSIGNED,
    "deposit.new": Rule.DUTY,
    "deposit.add_file": Rule.ASSIGNED,
    "review.page": Rule.ASSIGNED,
    "consent.page": Rule.DUTY,
    "consent.confirm": Rule.DUTY,
    "consent.evidence": Rule.DUTY,
    "consent.close": Rule.DUTY,
    "consent.card": Rule.DUTY,
    "api.search": Rule.FIND,
    "api.testimony": Rule.DESCRIBE,
    "api.transcript": Rule.READ,
    "api.openapi": Rule.NOTHING_SHOWN,
}


class RouteWithoutRule(SaksiError):
    """A route was added and nobody said who may use it; the site does not start with it."""

    def __init__(self, endpoints: set[str]) -> None:
        super().__init__(
            f"No rule says who may use: {', '.join(sorted(endpoints))}. Add them to archive/web/routes.py."
        )
        self.endpoints = endpoints


def check_rules(app: Flask) -> None:
    """:raises RouteWithoutRule: if an endpoint of `app` has no rule."""
    missing = {rule.endpoint for rule in app.url_map.iter_rules()} - RULES.keys()
    if missing:
        raise RouteWithoutRule(missing)
