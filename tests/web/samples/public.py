"""Sample pages that everybody may see: home, search, family pages, errors."""

from __future__ import annotations

from archive.web import viewmodels as vm
from archive.web import wave
from tests.web.samples.common import DURATION_MS, ENTRIES, ONE_PAGE, SECOND_OF_NINE, entry, peaks, piece

FACETS = (
    vm.Facet(
        kind=vm.FacetKind.PLACE,
        values=(
            vm.FacetValue(text=vm.Text(text="Pursat"), count=12, href="?place=1", chosen=True),
            vm.FacetValue(text=vm.Text(text="កំពង់ចាម", lang="km"), count=7, href="?place=2"),
            vm.FacetValue(text=vm.Text(text="Battambang"), count=4, href="?place=3"),
        ),
    ),
    vm.Facet(
        kind=vm.FacetKind.TOPIC,
        values=(
            vm.FacetValue(text=vm.Text(text="forced labour"), count=18, href="?topic=1"),
            vm.FacetValue(text=vm.Text(text="return and search for relatives"), count=5, href="?topic=2"),
        ),
    ),
    vm.Facet(
        kind=vm.FacetKind.LANGUAGE,
        values=(vm.FacetValue(text=vm.Text(text="Khmer"), count=20, href="?language=km"),),
    ),
    vm.Facet(kind=vm.FacetKind.YEAR, values=()),
)

HOME = vm.HomePage(
    open_testimonies=96,
    open_languages=5,
    search_action="/p/search",
    entries=ENTRIES,
    featured=vm.Featured(
        entry=ENTRIES[0],
        said=vm.Text(
            text="My mother counted the baskets so that nobody could say we had done less.", lang="en"
        ),
        start_ms=754_000,
        href="/p/testimony?t=754",
        wave_svg=wave.strip(peaks(), duration_ms=DURATION_MS, bars=220),
    ),
)
HOME_EMPTY = vm.HomePage(open_testimonies=0, open_languages=0, search_action="/p/search", entries=())

LISTING = vm.ListingPage(
    total=96,
    entries=ENTRIES * 3,
    facets=FACETS,
    pagination=SECOND_OF_NINE,
    search_action="/p/search",
    clear_href="?",
)

HITS = (
    vm.Hit(
        entry=entry(0, wave_svg=None),
        moments=(
            vm.MomentHit(
                href="/p/testimony?t=754",
                start_ms=754_000,
                lang="en",
                translated=True,
                pieces=piece(
                    "…we dug the canal at night, and in the morning the *dam* had to be built again…"
                ),
            ),
            vm.MomentHit(
                href="/p/testimony?t=902",
                start_ms=902_000,
                lang="en",
                pieces=piece("…the *dam* broke twice. Nobody said whose fault it was…"),
            ),
        ),
        more=2,
        more_href="?in=KH-7Q4M",
    ),
    vm.Hit(
        entry=entry(2),
        moments=(
            vm.MomentHit(
                href="/p/testimony-words#s1",
                start_ms=None,
                lang="km",
                pieces=piece("យើងជីក*ប្រឡាយ*នៅពេលយប់ ហើយនៅពេលព្រឹកត្រូវសាងសង់*ទំនប់*ម្ដងទៀត។"),
            ),
        ),
    ),
)
SEARCH = vm.SearchPage(
    query="dam work",
    action="/p/search",
    kept=(vm.Hidden(name="place", value="1"),),
    moments=23,
    testimonies=9,
    facets=FACETS,
    hits=HITS,
    pagination=SECOND_OF_NINE,
    clear_href="?q=dam+work",
    backed_off=True,
)
SEARCH_NEW = vm.SearchPage(
    query="", action="/p/search", kept=(), moments=0, testimonies=0, facets=(), hits=(), pagination=ONE_PAGE
)
SEARCH_NONE = vm.SearchPage(
    query="<zebra>",
    action="/p/search",
    kept=(),
    moments=0,
    testimonies=0,
    facets=(),
    hits=(),
    pagination=ONE_PAGE,
)
SEARCH_LIMITED = vm.SearchPage(
    query="dam",
    action="/p/search",
    kept=(),
    moments=0,
    testimonies=0,
    facets=(),
    hits=(),
    pagination=ONE_PAGE,
    limited=True,
)

PUBLIC: dict[str, tuple[str, object]] = {
    "home": ("pages/home.html", HOME),
    "home-empty": ("pages/home.html", HOME_EMPTY),
    "listing": ("pages/listing.html", LISTING),
    "search": ("pages/search.html", SEARCH),
    "search-new": ("pages/search.html", SEARCH_NEW),
    "search-none": ("pages/search.html", SEARCH_NONE),
    "search-limited": ("pages/search.html", SEARCH_LIMITED),
    "not-open": (
        "pages/not_open.html",
        vm.NotOpenPage(code="KH-9ZZ2", words=vm.NotOpenWords.ASK, ask_href="/ask"),
    ),
    "not-available": (
        "pages/not_open.html",
        vm.NotOpenPage(code="KH-9ZZ2", words=vm.NotOpenWords.NOT_AVAILABLE),
    ),
    "signin": ("account/signin.html", vm.SignInPage(action="/in")),
    "signin-failed": ("account/signin.html", vm.SignInPage(action="/in", login="a", failed=True, wait_s=4)),
    "close": ("family/close.html", vm.CloseCardPage(action="/stop")),
    "close-failed": (
        "family/close.html",
        vm.CloseCardPage(action="/stop", code="4021 7736 5", failed=True, wait_s=2),
    ),
    "closed": (
        "family/closed.html",
        vm.ClosedPage(
            code="4021 7736 5",
            closed_at="25 November 2026, 10:42, Phnom Penh time",
            copies_asked_by="2026-12-06",
            telephone="0800 000 000",
        ),
    ),
    "left": ("family/left.html", None),
    "error-400": (
        "errors/400.html",
        vm.ErrorPage(
            status=400, message="The date is not one.", problems=(vm.FieldError(field="t", message="No."),)
        ),
    ),
    "error-403": ("errors/403.html", vm.ErrorPage(status=403)),
    "error-again": (
        "errors/again.html",
        vm.AgainPage(
            action="/desk", kept=(vm.Hidden(name="comprehension", value="All may hear it."),), files=True
        ),
    ),
    "error-404": ("errors/404.html", vm.ErrorPage(status=404)),
    "error-410": ("errors/410.html", vm.ErrorPage(status=410, code="KH-7Q4M")),
    "error-413": ("errors/413.html", vm.ErrorPage(status=413, max_bytes=4_000_000_000)),
    "error-429": ("errors/429.html", vm.ErrorPage(status=429, wait_s=8, plain=True)),
    "error-500": ("errors/500.html", vm.ErrorPage(status=500)),
    "error-503": ("errors/503.html", vm.ErrorPage(status=503, wait_s=1)),
}
