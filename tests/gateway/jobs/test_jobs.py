"""What the calendar asks for."""

import msgspec
import pytest

from edge_agent.wire.messages import EdgeStatus
from gateway import findings, registry
from gateway.config import GatewayConfig, RetentionConfig
from gateway.health import edge_health, gateway_health
from gateway.ingest.journals import EdgeId
from gateway.ingest.statuses import DAMAGED, RESTORED_GATEWAY, SILENT
from gateway.jobs import end_events, forget_old, start_jobs, watch_disk, watch_edges
from gateway.timeseries import ChannelId
from gateway.timeseries.embedded import EmbeddedStore

DAY = 86_400 * 10**9
NOW = 1_790_000_000_000_000_000


@pytest.fixture
def engine(tmp_path):
    engine = registry.connect(f"sqlite:///{tmp_path / 'r.sqlite'}")
    registry.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(tmp_path):
    store = EmbeddedStore(tmp_path / "s.sqlite", 1)
    yield store
    store.close()


def speak(engine, state: str, at: int, **more: object) -> None:
    status = EdgeStatus(state=state, journal="a" * 32, period_s=10.0, **more)
    with registry.transaction(engine) as session:
        row = session.get(registry.EdgeRow, ("s1", "e1")) or registry.EdgeRow(site="s1", edge="e1", first_seen=at)
        row.status, row.status_at = msgspec.json.encode(status).decode(), at
        session.add(row)


def test_samples_go_before_windows(store) -> None:
    for measurement, field in (("sample", "power"), ("window", "power_mean")):
        head = f"{measurement},site=s1,edge=e1,instrument=m1 {field}"
        store.write([f"{head}=1.0 {NOW - 100 * DAY}", f"{head}=2.0 {NOW - DAY}"])
    forget_old(store, RetentionConfig(), NOW)
    assert [row.value for row in store.rows(ChannelId("s1", "e1", "m1", "power"), 0, 2**62)] == [2.0]
    assert store.forget_before("window", NOW) == 2


def test_an_edge_that_falls_silent_is_found_once(engine) -> None:
    speak(engine, "online", NOW)
    watch_edges(engine, NOW + 29 * 10**9)
    assert edge_health(engine, NOW)[0].findings == ()
    watch_edges(engine, NOW + 31 * 10**9)
    watch_edges(engine, NOW + 61 * 10**9)
    text = "s1/e1: says nothing. Is it switched on, is the network up? Its samples wait on its card."
    assert edge_health(engine, NOW)[0].findings == (text,)


def test_an_edge_whose_disk_fills_is_found_until_there_is_room(engine) -> None:
    speak(engine, "online", NOW, disk_free=90_000_000, disk_size=1_000_000_000)
    watch_edges(engine, NOW)
    assert edge_health(engine, NOW)[0].findings == (
        "s1/e1: 90 MB free on its disk, expected a tenth of it. Make room.",
    )
    speak(engine, "online", NOW, disk_free=900_000_000, disk_size=1_000_000_000)
    watch_edges(engine, NOW)
    assert edge_health(engine, NOW)[0].findings == ()


def test_our_own_disk_is_found_filling_before_it_is_full(engine, tmp_path) -> None:
    watch_disk(engine, tmp_path, 2**60, NOW)
    [text] = gateway_health(engine).findings
    assert text.startswith("gateway: ")
    assert text.endswith(" nothing more is stored. Make room, or keep samples for a shorter time.")
    watch_disk(engine, tmp_path, 1, NOW)
    assert gateway_health(engine).findings == ()


@pytest.mark.parametrize("kind", [DAMAGED, RESTORED_GATEWAY])
def test_an_event_is_shown_for_a_week_after_it_happened_last(engine, kind: str) -> None:
    for at in (NOW, NOW + 5 * DAY):
        with registry.transaction(engine) as session:
            findings.report(session, findings.THE_GATEWAY, kind, f"{kind} at {at}", at)
    for at in (NOW + 8 * DAY, NOW + 12 * DAY):
        end_events(engine, at)
        assert gateway_health(engine).findings == (f"{kind} at {NOW + 5 * DAY}",)
    end_events(engine, NOW + 12 * DAY + 1)
    assert gateway_health(engine).findings == ()


def test_what_lasts_is_shown_until_it_is_no_longer_so(engine) -> None:
    with registry.transaction(engine) as session:
        findings.report(session, EdgeId("", ""), SILENT, "says nothing", NOW)
    end_events(engine, NOW + 90 * DAY)
    assert gateway_health(engine).findings == ("says nothing",)


def test_the_jobs_begin_and_end(engine, store, tmp_path) -> None:
    jobs = start_jobs(engine, store, GatewayConfig(state_dir=tmp_path), lambda: NOW)
    assert len(jobs.get_jobs()) == 13
    jobs.shutdown()
