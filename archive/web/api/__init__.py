"""The JSON API: the same readings as the pages, for programs. Its OpenAPI document is served and committed."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from archive.web.api.views import api


def install(app: Flask) -> None:
    """Put `/api/v1` on `app`."""
    app.config.update(
        API_TITLE="Saksi",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
    )
    registered = Api(app)
    registered.register_blueprint(api)
    app.extensions["saksi-openapi"] = registered.spec
