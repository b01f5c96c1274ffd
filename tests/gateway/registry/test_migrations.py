"""The registry's tables, from nothing and back, from every release to the newest, on both databases."""

import subprocess
import sys
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, insert, inspect, select, text
from sqlalchemy.orm import Session

from gateway import registry
from gateway.registry.database import MIGRATIONS, REVISIONS

RELEASED = ["0001", "0002", ScriptDirectory(str(MIGRATIONS)).get_current_head()]
"""The newest revision of every release, and of today."""


@pytest.fixture
def engine(registry_url):
    """On an empty database."""
    engine = registry.connect(registry_url)
    yield engine
    engine.dispose()


def tables_of(engine: Engine) -> dict[str, Table]:
    """All that are there now but Alembic's own."""
    found = MetaData()
    found.reflect(engine)
    return {table.name: table for table in found.sorted_tables if table.name != "alembic_version"}


def put_a_row_into_each(engine: Engine) -> dict[str, dict[str, Any]]:
    """Table -> its row, of which every column has a value; the same everywhere, so that references hold."""
    rows = {}
    with engine.begin() as connection:
        for name, table in tables_of(engine).items():
            row = {column.name: value_for(column.type) for column in table.columns}
            connection.execute(insert(table).values(**row))
            rows[name] = row
    return rows


def value_for(kind: Any) -> Any:
    return {int: 1, str: "ă", bool: True, float: 0.5, bytes: b"\0\xff"}[kind.python_type]


def rows_of(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in tables_of(engine).items()
        }


def test_from_empty_to_the_newest_and_back_leaves_nothing(engine) -> None:
    registry.upgrade(engine)
    assert set(tables_of(engine)) == set(registry.Base.metadata.tables)
    assert registry.differences(engine) == []
    registry.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    registry.upgrade(engine)
    assert registry.differences(engine) == []


@pytest.mark.parametrize("revision", RELEASED)
def test_rows_of_every_release_stay_when_the_newest_tables_come_and_go(engine, revision) -> None:
    registry.upgrade(engine, revision)
    before = set(tables_of(engine))
    put = put_a_row_into_each(engine)
    registry.upgrade(engine)
    after = rows_of(engine)
    for name, row in put.items():
        [kept] = after[name]
        assert {column: kept[column] for column in row if column in kept} == row, name
    registry.downgrade(engine, revision)
    assert rows_of(engine) == {name: [put[name]] for name in before}


def test_a_second_upgrade_keeps_the_identity_of_the_store(engine) -> None:
    registry.upgrade(engine)
    with Session(engine) as session:
        first = session.scalars(select(registry.StoreRow)).one().id
    registry.upgrade(engine)
    with Session(engine) as session:
        assert session.scalars(select(registry.StoreRow)).one().id == first
        assert len(first) == 32


def test_who_finds_another_count_of_changes_than_it_remembers_writes_nothing(engine) -> None:
    registry.upgrade(engine)
    with registry.transaction(engine, expected=0) as session:
        session.add(registry.EdgeRow(site="a", edge="b", first_seen=1))
    with pytest.raises(registry.StaleError), registry.transaction(engine, expected=0):
        pytest.fail("a stale transaction was entered")
    with registry.transaction(engine) as session:
        assert session.scalars(select(registry.StoreRow)).one().changes == 2


def test_revisions_are_named_as_their_scripts_are() -> None:
    found = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    assert found == REVISIONS
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == max(REVISIONS)


def test_tables_that_are_as_they_should_be_are_opened_without_alembic(tmp_path) -> None:
    opening = (
        "import sys; from pathlib import Path; from gateway import registry;"
        f"engine = registry.connect('sqlite:///{tmp_path / 'r.sqlite'}'); registry.upgrade(engine);"
        "engine.dispose(); print('alembic' in sys.modules)"
    )
    told = [subprocess.run([sys.executable, "-c", opening], capture_output=True, text=True, check=True).stdout]
    told += [subprocess.run([sys.executable, "-c", opening], capture_output=True, text=True, check=True).stdout]
    assert told == ["True\n", "False\n"]


def test_a_newer_database_is_left_alone(engine) -> None:
    registry.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(registry.RegistryError) as caught:
        registry.upgrade(engine)
    assert str(caught.value) == (
        f"registry {engine.url}: made by a newer version (revision 9999). Install that version of nhipdo."
    )
