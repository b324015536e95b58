"""What stands on every page.

Name, languages, demonstration notice, help strip, who is signed in, where to leave. Templates receive it as
`chrome`. The form guard is a template global, `csrf_field()`, not a value here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageLink:
    """The same page in another language; `name` is in that language itself.

    `href` keeps path and query, and is relative.
    """

    code: str
    name: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLine:
    """Who answers, as the archive has set it. Nothing is shown that nobody agreed to answer."""

    telephone: str | None = None
    hours: str | None = None
    languages: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The person at the desk, and where she signs out (a POST)."""

    name: str
    desk_href: str
    sign_out_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chrome:
    """Site-wide values. `plain_name` is the only name on pages and papers for families.

    `leave_action` takes a POST that ends the session and answers with an empty page; the script also goes to
    `leave_href` by replacing the page. On error pages `person` must be None and `languages` relative
    ("?lang=km"), so that absent and hidden stay the same bytes.
    """

    language: str
    direction: str
    languages: tuple[LanguageLink, ...]
    site_name: str
    plain_name: str
    demo: bool
    help: HelpLine
    home_href: str
    search_href: str
    listing_href: str
    close_href: str
    sign_in_href: str
    leave_action: str
    leave_href: str
    person: SignedIn | None = None
