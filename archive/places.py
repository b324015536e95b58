"""Where the parts of one archive lie, and that all four packages come from one distribution."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from archive.errors import SaksiError
from archive.settings import Settings

PACKAGES = ("archive", "consent", "ingest", "search")


class MixedDistributions(SaksiError):
    """Another package of the same name lies in front of ours; consent must be decided by our code alone."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"The package “{package}” does not come from the same installation as Saksi. Nothing was opened. "
            "Install Saksi in a virtual environment of its own."
        )
        self.package = package


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The files and folders that the settings imply."""

    settings: Settings

    @property
    def database(self) -> Path:
        return self.settings.data / "records.sqlite"

    @property
    def unfinished_database(self) -> Path:
        return self.settings.data / "records.sqlite.new"

    @property
    def objects(self) -> Path:
        return self.settings.data / "objects"

    @property
    def index(self) -> Path:
        return self.settings.data / "index"

    @property
    def queue(self) -> Path:
        return self.settings.data / "doorbell.sqlite"

    @property
    def models(self) -> Path:
        """Joined or downloaded weights of speech models; public files, made again if they are lost."""
        return self.settings.data / "models"

    @property
    def scratch(self) -> Path:
        return self.settings.scratch

    @property
    def recovery_copy(self) -> Path:
        """Beside the keys and never in `SAKSI_DATA`; carry it to another building (docs/operation.md)."""
        return self.settings.keys.with_name(self.settings.keys.name + "-recovery") / "keys.recovery"


def check_one_distribution() -> None:
    """:raises MixedDistributions: if one of the four packages was imported from elsewhere."""
    homes = {}
    for name in PACKAGES:
        file = import_module(name).__file__
        homes[name] = Path(file).resolve().parent.parent if file else None
    for name, home in homes.items():
        if home != homes["archive"]:
            raise MixedDistributions(name)
