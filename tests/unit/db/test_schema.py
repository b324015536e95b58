"""Migrations go up and down with rows in every table; models and schema never drift; records are only added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from archive import paths
from archive.db import schema
from archive.db.engine import Engines, check_versions, open_engines
from archive.db.models import Base

KEY = b"k" * 32
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    opened = open_engines(tmp_path / "archive.db", KEY)
    schema.upgrade(opened.writer)
    yield opened
    opened.dispose()


def a_value(column: sa.Column[object]) -> object:
    """A value that fits the column; every table gets one row whose foreign keys name the rows before it."""
    kind = column.type.python_type
    if column.foreign_keys:
        return "row"
    return {str: "row", int: 1, bytes: b"sealed", bool: True, float: 0.5, datetime: AT}[kind]


def fill(engines: Engines) -> dict[str, int]:
    with engines.writer.begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(table.insert().values({c.name: a_value(c) for c in table.columns}))
        return {
            t.name: connection.scalar(sa.select(sa.func.count()).select_from(t)) or 0
            for t in Base.metadata.sorted_tables
        }


def test_the_schema_holds_everything_and_does_not_drift(engines: Engines) -> None:
    schema.check_no_drift(engines.writer)
    assert schema.current(engines.reader) == ScriptDirectory(str(paths.migrations())).get_current_head()
    named = set(sa.inspect(engines.reader).get_table_names())
    words = (
        "collections persons person_names testimonies roles sessions originals renditions transcripts revisions "
        "segments index_points tags consent_records limits assignments duties narrator_cards cases steps "
        "audit_entries"
    )
    assert set(words.split()) <= named


def test_every_step_goes_down_and_up_again_with_rows(engines: Engines) -> None:
    counts = fill(engines)
    assert all(count == 1 for count in counts.values())
    steps = [s.revision for s in ScriptDirectory(str(paths.migrations())).walk_revisions()]
    for _ in steps:
        schema.downgrade(engines.writer, "-1")
    assert schema.current(engines.reader) is None
    assert set(sa.inspect(engines.reader).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engines.writer)
    assert fill(engines) == counts


@pytest.mark.parametrize("table", ["consent_records", "consent_confirmations", "audit_entries"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_records_are_only_ever_added(engines: Engines, table: str, change: str) -> None:
    fill(engines)
    column = Base.metadata.tables[table].columns.keys()[-1]
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), engines.writer.begin() as connection:
        connection.exec_driver_sql(change.format(table=table, column=column))


def test_the_file_opens_with_its_key_only(engines: Engines, tmp_path: Path) -> None:
    fill(engines)
    engines.dispose()
    content = (tmp_path / "archive.db").read_bytes()
    assert not content.startswith(b"SQLite format")
    assert b"testimonies" not in content
    other = open_engines(tmp_path / "archive.db", b"x" * 32)
    with pytest.raises(sa.exc.DBAPIError), other.reader.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM testimonies")
    other.dispose()


def test_the_reader_cannot_write(engines: Engines) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="readonly"), engines.reader.begin() as connection:
        connection.exec_driver_sql("DELETE FROM steps")


def test_the_linked_sqlite_is_new_enough_and_encrypts() -> None:
    versions = check_versions()
    assert tuple(int(p) for p in versions.sqlite.split(".")) >= (3, 51, 3)
    assert versions.cipher
