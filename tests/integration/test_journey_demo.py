"""A demonstration made by an older version goes on after an update, without a command that nobody has told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.db import schema
from archive.demo.run import opened
from archive.wiring import SchemaBehind, init_archive, newest_schema, open_archive
from tests.worlds_db import settings_in


def test_an_older_demonstration_is_brought_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path, demo=True)
    init_archive(settings)
    archive = open_archive(settings)
    schema.downgrade(archive.database.engines.writer, "0001")
    archive.close()
    with pytest.raises(SchemaBehind):
        open_archive(settings)
    archive = opened(settings)
    try:
        assert schema.current(archive.database.engines.reader) == newest_schema()
    finally:
        archive.close()
    assert "brought up to date" in capsys.readouterr().out
