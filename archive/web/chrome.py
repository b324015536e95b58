"""What stands on every page: name, languages, demonstration notice, help, who is signed in."""

from __future__ import annotations

from flask import current_app, url_for

from archive.actors import Actor
from archive.settings import Settings
from archive.web.viewmodels import Chrome, HelpLine, LanguageLink, SignedIn

LANGUAGES = {"en": "English"}
"""The languages whose words were reviewed; others follow when two native speakers have read them aloud."""


def _chrome(settings: Settings, person: SignedIn | None) -> Chrome:
    return Chrome(
        language="en",
        direction="ltr",
        languages=tuple(
            LanguageLink(code=c, name=n, href=f"?lang={c}", current=c == "en") for c, n in LANGUAGES.items()
        ),
        site_name=settings.archive_name,
        plain_name=settings.plain_name,
        demo=settings.demo,
        help=HelpLine(telephone=settings.telephone or None, hours=settings.help_hours or None),
        home_href=url_for("public.home"),
        search_href=url_for("public.search"),
        listing_href=url_for("public.listing"),
        close_href=url_for("family.close"),
        sign_in_href=url_for("account.sign_in"),
        leave_action=url_for("family.leave"),
        leave_href=url_for("family.left"),
        person=person,
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["saksi"].settings
    return settings


def chrome_for(someone: Actor | None) -> Chrome:
    """The frame for whoever is signed in."""
    person = None
    if someone is not None:
        home = "desk.index" if someone.is_staff else "public.home"
        person = SignedIn(
            name=someone.display, desk_href=url_for(home), sign_out_action=url_for("account.sign_out")
        )
    return _chrome(_settings(), person)


def stranger_chrome() -> Chrome:
    """The frame of error pages: the same for everybody, so that absent and hidden stay the same bytes."""
    return _chrome(_settings(), None)
