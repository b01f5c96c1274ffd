"""The registry's tables, from nothing and back."""

import sqlite3

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from gateway import registry


@pytest.fixture
def engine(tmp_path):
    engine = registry.connect(f"sqlite:///{tmp_path / 'r.sqlite'}")
    yield engine
    engine.dispose()


def test_from_empty_to_the_newest_and_back_leaves_nothing(engine) -> None:
    registry.upgrade(engine)
    first = {"store", "edge", "journal", "receipt", "declared", "record", "dead_letter", "finding", "setting"}
    shop_floor = {"work_unit", "nominal_bucket", "element", "stop"}
    assert set(inspect(engine).get_table_names()) == {"alembic_version", *first, *shop_floor}
    registry.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    registry.upgrade(engine)
    assert registry.differences(engine) == []


def test_the_migrations_make_what_the_models_say(engine) -> None:
    registry.upgrade(engine)
    assert registry.differences(engine) == []


def test_tables_of_the_first_version_keep_their_rows_when_those_of_the_shop_floor_come_and_go(engine) -> None:
    registry.upgrade(engine, "0001")
    assert "element" not in inspect(engine).get_table_names()
    kept = registry.RecordRow(site="a", edge="b", noun="text", key="m.c", revision=3, at=4, body="{}")
    with Session(engine) as session, session.begin():
        session.add(kept)
    registry.upgrade(engine)
    assert registry.differences(engine) == []
    registry.downgrade(engine, "0001")
    assert {"work_unit", "nominal_bucket", "element", "stop"}.isdisjoint(inspect(engine).get_table_names())
    assert inspect(engine).get_indexes("record") == []
    with Session(engine) as session:
        assert session.get_one(registry.RecordRow, ("a", "b", "text", "m.c")).revision == 3
    registry.upgrade(engine)
    assert registry.differences(engine) == []


def test_a_second_upgrade_keeps_the_identity_of_the_store(engine) -> None:
    registry.upgrade(engine)
    with Session(engine) as session:
        first = session.scalars(select(registry.StoreRow)).one().id
    registry.upgrade(engine)
    with Session(engine) as session:
        assert session.scalars(select(registry.StoreRow)).one().id == first
        assert len(first) == 32


def test_a_file_is_made_durable(engine) -> None:
    registry.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_who_finds_another_count_of_changes_than_it_remembers_writes_nothing(engine) -> None:
    registry.upgrade(engine)
    with registry.transaction(engine, expected=0) as session:
        session.add(registry.EdgeRow(site="a", edge="b", first_seen=1))
    with pytest.raises(registry.StaleError), registry.transaction(engine, expected=0):
        pytest.fail("a stale transaction was entered")
    with registry.transaction(engine) as session:
        assert session.scalars(select(registry.StoreRow)).one().changes == 2


def test_a_path_that_cannot_be_opened_is_named(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/absent/r.sqlite"
    engine = registry.connect(url)
    with pytest.raises(registry.RegistryError) as caught:
        registry.upgrade(engine)
    assert str(caught.value) == (
        f"registry {url}: cannot be opened (unable to open database file). Check the path, its permissions, the server."
    )


def test_a_newer_database_is_left_alone(engine, tmp_path) -> None:
    registry.upgrade(engine)
    file = sqlite3.connect(tmp_path / "r.sqlite")
    file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.commit()
    file.close()
    with pytest.raises(registry.RegistryError) as caught:
        registry.upgrade(engine)
    assert str(caught.value) == (
        f"registry {engine.url}: made by a newer version (revision 9999). Install that version of nhipdo."
    )


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(registry.RegistryError) as caught:
        registry.connect("nosuch://u:secret@db/x")
    assert str(caught.value).startswith("registry 'db/x': ")
    assert "secret" not in str(caught.value)
