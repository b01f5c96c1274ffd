"""Edge, gateway of a site, gateway of the province: over two brokers what was agreed arrives once, samples never."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from chain import SITE, Chain, Heard, Listener, wait_for
from machines import machines_on_tcp
from neighbours import (
    FORWARDER,
    HOUR,
    HOURLY_STOPS,
    SHOP,
    UNITS,
    Site,
    agree,
    is_same,
    missing_at_home,
    records_in,
    register,
    replay,
    rows,
    withdraw,
)
from processes import run

from edge_agent.wire.messages import Declared
from gateway.debian import DebianPackages
from gateway.servers import Server
from gateway.servers import mosquitto as new_mosquitto

OWN = {"record", "status", "ack"}


@pytest.fixture
def province(tmp_path: Path, debian_packages: DebianPackages) -> Iterator[Chain]:
    (tmp_path / "province").mkdir()
    with new_mosquitto(debian_packages, tmp_path / "mosquitto-above") as broker:
        chain = Chain(tmp_path / "province", broker)
        yield chain
        chain.close()


@pytest.fixture
def site(tmp_path: Path, mosquitto: Server, province: Chain) -> Iterator[Site]:
    (tmp_path / "site").mkdir()
    chain = Site(tmp_path / "site", mosquitto)
    assert province.broker is not None
    chain.above = province.broker.url
    yield chain
    chain.close()


def forwarder(province: Chain) -> Any:
    return province.api(f"edges/{FORWARDER}/gateway")


def queued(site: Site) -> int:
    [(count,)] = site.asked("SELECT count(*) FROM forward_message WHERE agreement <> '' AND stored_at = 0")
    return int(count)


def begin(site: Site, province: Chain) -> tuple[str, str]:
    """Both gateways run, and know each other; the enterprise and the agreement."""
    province.gateway().start()
    site.gateway().start()
    province.wait_until_up()
    site.wait_until_up()
    register(province)
    enterprise = register(site)
    agreement = agree(site, enterprise)
    wait_for("the province knows the forwarder", lambda: forwarder(province))
    config = str(province.folder / "gateway.toml")
    run("gateway.cli", "-c", config, "edges", "admit", f"{FORWARDER}/gateway", "--by", "Ông Bình")
    return enterprise, agreement


def test_what_a_manager_agreed_to_reaches_the_province_once_through_an_outage_and_samples_never(
    site: Site, province: Chain
) -> None:
    assert province.broker is not None
    hour = time.time_ns() // HOUR * HOUR - 3 * HOUR
    with Listener(province.broker) as first, machines_on_tcp(site, devices=1, channels=4) as buses:
        enterprise, agreement = begin(site, province)
        site.agent(buses(0.1)).start()
        replay(site, hour, "c" * 32)
        wait_for("the hour is at the province", lambda: is_same(site, province))
        heard = list(first.heard)
    province.broker.kill()
    replay(site, hour + HOUR, "d" * 32)
    wait_for("it waits at the site", lambda: queued(site) > 0 and len(rows(site, "stop")) == 2 * UNITS * HOURLY_STOPS)
    province.broker.start()
    with Listener(province.broker) as second:
        wait_for("both hours are at the province", lambda: is_same(site, province))
        wait_for("nothing waits", lambda: (one := forwarder(province))["state"] == "online" and one["waiting"] == 0)
        heard += second.heard
    province.broker.kill()
    replay(site, hour + 2 * HOUR, "e" * 32)
    wait_for("it waits at the site", lambda: queued(site) > 0 and len(rows(site, "stop")) == 3 * UNITS * HOURLY_STOPS)
    withdraw(site, enterprise, agreement)
    province.broker.start()
    with Listener(province.broker) as third:
        wait_for("what was queued is declared", lambda: (one := forwarder(province)) and one["declared"] > 0)
        wait_for("nothing waits", lambda: (one := forwarder(province))["state"] == "online" and one["waiting"] == 0)
        heard += third.heard
    the_books_agree(site, province, hour + 2 * HOUR, heard)


def the_books_agree(site: Site, province: Chain, withdrawn_since: int, heard: Sequence[Heard]) -> None:
    """Nothing is missing or doubled, what was withdrawn stayed, no sample and no name was ever carried."""
    assert forwarder(province)["missing"] == 0
    assert forwarder(province)["dead_letters"] == 0
    assert missing_at_home(site) == 0
    assert site.edge()["missing"] == 0
    assert len(rows(province, "stop")) == 2 * UNITS * HOURLY_STOPS
    assert len(rows(province, "nominal_bucket")) == 2 * UNITS * 6
    assert rows(province, "stop", withdrawn_since) == []
    assert len(rows(site, "stop", withdrawn_since)) == UNITS * HOURLY_STOPS
    [declared] = {one.key: one for one in records_in(heard) if isinstance(one, Declared)}.values()
    assert declared.reason == "withdrawn"
    levels = [one.topic.split("/") for one in heard]
    assert {tuple(level[2:4]) for level in levels if level[2] != "gateway"} == {(FORWARDER, "gateway")}
    assert {level[4] for level in levels} == OWN
    carried = b"".join(one.payload for one in heard)
    assert b"sample," not in carried
    assert b"window," not in carried
    assert b"Lan" not in carried
    assert b"thi\xe1\xba\xbfu" not in carried
    assert f'"site":"{SITE}","edge":"{SHOP}"'.encode() in carried
