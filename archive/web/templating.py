"""Jinja as this site uses it.

Strict about missing values, escaped, with our filters and the addresses of static files.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup

from archive import paths
from archive.web.assets import Assets
from archive.web.formats import FILTERS


def install(app: Flask, *, assets: Assets, csrf_field: Callable[[], Markup]) -> None:
    """Prepare `app` to render `templates/`; call after Flask-Babel was installed and before the first page.

    `csrf_field()` returns the hidden input of the form guard for the session that asks, or nothing for
    pages that need none. The blueprint of `assets` is registered too.
    """
    app.jinja_loader = FileSystemLoader(paths.templates())
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.filters.update(FILTERS)
    environment.globals.update(asset=assets.address, csrf_field=csrf_field)
    app.register_blueprint(assets.blueprint())
