"""Finds the invented examples in the checkout and reads them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import SaksiError

if TYPE_CHECKING:
    from examples.catalogue import ExampleTestimony

_CATALOGUE = "saksi_examples_catalogue"


class ExamplesMissing(SaksiError):
    """The demonstration was started from the installed wheel, which carries no recordings."""

    def __init__(self) -> None:
        super().__init__(
            "The demonstration needs the folder examples/, which the installed package does not carry. "
            "Nothing was changed. Run it from a checkout of the repository: make demo."
        )


def folder() -> Path:
    """The folder of examples in this checkout. :raises ExamplesMissing: if there is none."""
    place = Path(__file__).resolve().parents[2] / "examples"
    if not (place / "testimonies.toml").is_file() or not (place / "catalogue.py").is_file():
        raise ExamplesMissing
    return place


def load() -> tuple[ExampleTestimony, ...]:
    """Every example, in the order of its description. :raises ExamplesMissing:"""
    place = folder()
    spec = importlib.util.spec_from_file_location(_CATALOGUE, place / "catalogue.py")
    if spec is None or spec.loader is None:
        raise ExamplesMissing
    catalogue = importlib.util.module_from_spec(spec)
    sys.modules[_CATALOGUE] = catalogue  # its dataclasses look their own module up
    spec.loader.exec_module(catalogue)
    found: tuple[ExampleTestimony, ...] = catalogue.load(place / "testimonies.toml")
    return found
