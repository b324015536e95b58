"""Invented values for every template and its states, by a short name: (template, view-model)."""

from tests.web.samples.common import chrome
from tests.web.samples.desk import DESK_PAGES
from tests.web.samples.public import PUBLIC

SAMPLES: dict[str, tuple[str, object]] = {**PUBLIC, **DESK_PAGES}
STAFF = frozenset(DESK_PAGES)

__all__ = ["SAMPLES", "STAFF", "chrome"]
