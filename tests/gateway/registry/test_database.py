"""Opening the registry: a file, a real PostgreSQL, and what stands in the way of either."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from gateway import registry
from gateway.postgres import USER, Postgres
from gateway.postgres import postgres as make_postgres
from gateway.registry import EdgeRow, StoreRow, collided, ingesting, transaction


@pytest.fixture
def second(engine: Engine):
    """Somebody else at the same database."""
    other = registry.connect(engine.url.render_as_string(hide_password=False))
    yield other
    other.dispose()


def put_edge(engine: Engine, name: str) -> None:
    with ingesting(engine) as session:
        session.add(EdgeRow(site="s", edge=name, first_seen=1))


def test_a_file_is_made_durable(tmp_path) -> None:
    engine = registry.connect(f"sqlite:///{tmp_path / 'r.sqlite'}")
    registry.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_path_that_cannot_be_opened_is_named(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/absent/r.sqlite"
    engine = registry.connect(url)
    with pytest.raises(registry.RegistryError) as caught:
        registry.upgrade(engine)
    assert str(caught.value) == (
        f"registry {url}: cannot be opened (unable to open database file). Check the path, its permissions, the server."
    )


def test_a_database_that_is_not_known_is_named_without_its_secret() -> None:
    with pytest.raises(registry.RegistryError) as caught:
        registry.connect("nosuch://u:secret@db/x")
    assert str(caught.value).startswith("registry 'db/x': ")
    assert "secret" not in str(caught.value)


def test_without_its_driver_postgresql_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(registry.RegistryError) as caught:
        registry.connect("postgresql://u:secret@db/x")
    assert str(caught.value) == (
        "registry 'db/x': its driver is not installed (import of psycopg halted; None in sys.modules). "
        "Run: pip install 'nhipdo[postgres]'"
    )


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_may_be_named_without_its_driver(scheme) -> None:
    engine = registry.connect(f"{scheme}://u@db/x", password="aside")
    assert (engine.dialect.driver, engine.url.password) == ("psycopg", "aside")


def test_a_password_in_the_url_is_the_one_that_counts() -> None:
    assert registry.connect("postgresql://u:within@db/x", password="aside").url.password == "within"


def test_a_server_that_is_not_there_is_named_without_its_secret(free_port) -> None:
    engine = registry.connect(f"postgresql://u:secret@127.0.0.1:{free_port}/x")
    with pytest.raises(registry.RegistryError) as caught:
        registry.upgrade(engine)
    assert str(caught.value) == (
        f"registry postgresql+psycopg://u:***@127.0.0.1:{free_port}/x: cannot be opened (connection failed: connection"
        f' to server at "127.0.0.1", port {free_port} failed: Connection refused). Check that PostgreSQL runs there and'
        " lets this user in, and registry.url and registry.password_file."
    )


def test_a_database_that_is_not_there_is_named(postgres: Postgres) -> None:
    engine = registry.connect(postgres.database("nowhere"))
    with pytest.raises(registry.RegistryError) as caught:
        registry.upgrade(engine)
    assert 'FATAL:  database "nowhere" does not exist). Check that PostgreSQL runs there' in str(caught.value)


def test_a_wrong_password_is_told(debian_packages, tmp_path_factory, postgres: Postgres) -> None:
    # Beside the other's folder, where the server's user may go.
    folder = postgres.directory.with_name("locked")
    with make_postgres(debian_packages, folder, password="mật khẩu") as locked:
        right = registry.connect(f"postgresql://{USER}@{locked.host}:{locked.port}/postgres", password="mật khẩu")
        registry.upgrade(right)
        right.dispose()
        wrong = registry.connect(f"postgresql://{USER}@{locked.host}:{locked.port}/postgres", password="guess")
        with pytest.raises(registry.RegistryError) as caught:
            registry.upgrade(wrong)
        wrong.dispose()
    assert f'password authentication failed for user "{USER}"). Check that' in str(caught.value)


def test_a_connection_that_ended_with_its_server_is_replaced(debian_packages, postgres: Postgres) -> None:
    folder = postgres.directory.with_name("restarted")
    with make_postgres(debian_packages, folder) as server:
        engine = registry.connect(server.database("postgres"))
        registry.upgrade(engine)
        put_edge(engine, "before")
        server.kill()
        with pytest.raises(OperationalError):
            put_edge(engine, "meanwhile")
        server.start()
        put_edge(engine, "after")
        with Session(engine) as session:
            assert session.scalars(select(EdgeRow.edge).order_by(EdgeRow.edge)).all() == ["after", "before"]
        engine.dispose()


def test_processes_that_start_at_once_make_the_tables_once(databases) -> None:
    name = databases.make()
    engines = [registry.connect(databases.url(name)) for _ in range(3)]
    with ThreadPoolExecutor(len(engines)) as makers:
        list(makers.map(registry.upgrade, engines))
    with Session(engines[0]) as session:
        assert session.scalar(select(func.count()).select_from(StoreRow)) == 1
    for engine in engines:
        engine.dispose()
    databases.drop(name)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_two_store_for_different_edges_at_once(engine, second) -> None:
    put_edge(engine, "a")
    put_edge(engine, "b")
    change = update(EdgeRow).values(status_at=2)
    with ingesting(engine) as one, ingesting(second) as other:
        one.execute(change.where(EdgeRow.edge == "a"))
        other.execute(change.where(EdgeRow.edge == "b"))
    with Session(engine) as session:
        assert session.scalars(select(EdgeRow.status_at)).all() == [2, 2]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_two_that_wait_for_each_other_are_told_apart_from_a_server_that_is_away(engine, second) -> None:
    for name in "ab":
        put_edge(engine, name)
    change = update(EdgeRow).values(status_at=2)
    both_hold = threading.Barrier(2)
    failed: list[DBAPIError] = []

    def cross(at: Engine, first: str, then: str) -> None:
        try:
            with ingesting(at) as session:
                session.execute(change.where(EdgeRow.edge == first))
                both_hold.wait(20)
                session.execute(change.where(EdgeRow.edge == then))
        except DBAPIError as error:
            failed.append(error)

    other = threading.Thread(target=cross, args=(second, "b", "a"))
    other.start()
    cross(engine, "a", "b")
    other.join()
    assert [collided(error) for error in failed] == [True]


def test_a_row_that_another_has_put_there_meanwhile_is_a_collision(engine) -> None:
    put_edge(engine, "a")
    with pytest.raises(DBAPIError) as caught:
        put_edge(engine, "a")
    assert collided(caught.value) == (engine.dialect.name == "postgresql")


def test_who_writes_beside_is_seen_by_the_count_of_changes_and_the_ingest_is_not(engine) -> None:
    put_edge(engine, "a")
    with Session(engine) as session:
        assert session.scalars(select(StoreRow.changes)).one() == 0
    with transaction(engine):
        pass
    with Session(engine) as session:
        assert session.scalars(select(StoreRow.changes)).one() == 1
