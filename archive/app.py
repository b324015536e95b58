"""Builds the site: a Flask application around one open archive. Nothing happens at import."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel

from archive import paths
from archive.vault.keys import SESSION
from archive.web import errors, once, security, squeezing, templating, uploads
from archive.web.api import install as install_api
from archive.web.assets import Assets
from archive.web.captions import captions
from archive.web.pages.account import account
from archive.web.pages.consent import consent
from archive.web.pages.deposit import deposit
from archive.web.pages.desk import desk
from archive.web.pages.family import family
from archive.web.pages.public import public
from archive.web.pages.review import review
from archive.web.routes import check_rules
from archive.web.streaming import media
from archive.wiring import Archive

FORM_BYTES = 1 << 20
FORM_PARTS = 2_000


def create_app(archive: Archive) -> Flask:
    """The site of `archive`.

    :raises RouteWithoutRule: if a route says nowhere who may use it.
    """
    app = Flask("archive", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=FORM_PARTS,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES=str(paths.translations()),
        TRUSTED_HOSTS=None,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["saksi"] = archive
    https = archive.settings.address.startswith("https://")
    guard = security.FormGuard(archive.keys.named_key(SESSION))
    Babel(app, locale_selector=lambda: "en")
    uploads.install(app)
    once.install(app)
    security.install(app, guard, https=https)
    squeezing.install(app)
    templating.install(app, assets=Assets(paths.static()), csrf_field=security.csrf_field(guard))
    for blueprint in (public, media, captions, account, desk, deposit, review, consent, family):
        app.register_blueprint(blueprint)
    install_api(app)
    errors.install(app)  # last, so that no library's own error pages remain
    check_rules(app)
    return app
