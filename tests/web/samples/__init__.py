"""Invented values for every template and its states, by a short name: (template, view-model)."""

from tests.web.samples.common import chrome
from tests.web.samples.consenting import CONSENTING
from tests.web.samples.desk import DESK_PAGES
from tests.web.samples.public import PUBLIC
from tests.web.samples.telling import TELLING

SAMPLES: dict[str, tuple[str, object]] = {**PUBLIC, **TELLING, **DESK_PAGES, **CONSENTING}
STAFF = frozenset({*DESK_PAGES, *CONSENTING})

__all__ = ["SAMPLES", "STAFF", "chrome"]
