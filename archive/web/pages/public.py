"""S1 to S3: the first page, browsing, searching moments, one testimony."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from archive.errors import SearchLimited
from archive.reading import catalogue
from archive.web.chrome import chrome_for
from archive.web.pages.home import home_page, listing_page
from archive.web.pages.results import kept_filters, limited_page, search_page
from archive.web.pages.testimony import testimony_page
from archive.web.site import actor, site
from archive.web.words import testimony_address
from search.errors import PageOutOfReach, QueryTooComplex
from search.index import PageRequest

public = Blueprint("public", __name__)
PAGE = 20


def _number() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


@public.get("/")
def home() -> ResponseReturnValue:
    with site().gate.looking(actor()) as looking:
        page = home_page(site(), looking)
    return render_template("pages/home.html", page=page, chrome=chrome_for(actor()))


@public.get("/listen")
def listing() -> ResponseReturnValue:
    with site().gate.looking(actor()) as looking:
        page = listing_page(
            site(),
            looking,
            language=request.args.get("language", ""),
            place=request.args.get("place", ""),
            number=_number(),
        )
    return render_template("pages/listing.html", page=page, chrome=chrome_for(actor()))


@public.get("/search")
def search() -> ResponseReturnValue:
    text = request.args.get("q", "").strip()[:500]
    filters = kept_filters(request.args)
    if not text and not filters:
        return render_template(
            "pages/search.html", page=search_page(site(), text, {}, None, ()), chrome=chrome_for(actor())
        )
    try:
        found = site().search.search(actor(), text, filters, PageRequest(number=_number(), size=PAGE))
    except (SearchLimited, QueryTooComplex, PageOutOfReach) as error:
        return render_template(
            "pages/search.html", page=limited_page(text, filters, error), chrome=chrome_for(actor())
        )
    with site().gate.looking(actor()) as looking:
        entries = {
            hit.testimony_id: catalogue.entry(looking, site().fields, hit.testimony_id)
            for hit in found.testimonies
        }
    page = search_page(site(), text, filters, found, entries, number=_number(), size=PAGE)
    return render_template("pages/search.html", page=page, chrome=chrome_for(actor()))


@public.get("/t/<testimony_id>")
@public.get("/t/<testimony_id>/<original_id>")
def testimony(testimony_id: str, original_id: str | None = None) -> ResponseReturnValue:
    with site().gate.looking(actor(), testimony_id) as looking:
        page = testimony_page(site(), looking, testimony_id, original_id, request)
    return render_template("pages/testimony.html", page=page, chrome=chrome_for(actor()))


@public.get("/health")
def health() -> ResponseReturnValue:
    return {"status": "ok"}


@public.get("/t/<testimony_id>/moments")
def moments(testimony_id: str) -> ResponseReturnValue:
    """All moments of one testimony for a query: "2 more moments here"."""
    text = request.args.get("q", "").strip()[:500]
    filters = kept_filters(request.args)
    with site().gate.looking(actor()) as looking:
        entry = catalogue.entry(looking, site().fields, testimony_id)
    if not text:
        return redirect(testimony_address(testimony_id))
    found = site().search.search(actor(), text, filters, PageRequest(), within=testimony_id)
    page = search_page(site(), text, filters, found, {testimony_id: entry})
    return render_template("pages/search.html", page=page, chrome=chrome_for(actor()))
