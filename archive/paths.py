"""Where the templates, static files and migrations lie, in a checkout and in the installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """The templates: a top-level folder in a checkout, `archive/templates` in the wheel."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


def static() -> Path:
    """Style sheet, scripts and font."""
    return _PACKAGE / "web" / "static"


def migrations() -> Path:
    """Alembic's folder."""
    return _PACKAGE / "migrations"


def translations() -> Path:
    """Compiled message catalogues."""
    return _PACKAGE / "translations"
