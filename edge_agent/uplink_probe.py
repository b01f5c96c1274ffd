"""Tries the way to the gateway, step by step, for ``nhipdo-edge check --connect``."""

import queue
import secrets
import time
from typing import Any, NamedTuple, TypeVar

import msgspec

from edge_agent.config import AgentConfig
from edge_agent.uplink_connection import BrokerError, Came, Connected, Connection, Ended
from edge_agent.wire import topics
from edge_agent.wire.messages import Ack, EdgeStatus, GatewayStatus
from edge_agent.wire.topics import EdgeTopic
from edge_agent.wire.words import Word

_W = TypeVar("_W", bound=Word)


class Step(NamedTuple):
    """One step of the way: what was tried, whether it went well, and what was found or is to be done."""

    what: str
    went_well: bool
    words: str


def probe_broker(config: AgentConfig, timeout_s: float) -> list[Step]:
    """Connect, log in, listen for a gateway, and ask it for an acknowledgement.

    The first step that fails is the last one. The gateway will know of this edge afterwards.
    """
    broker = config.broker
    if broker is None:
        return [
            Step(
                "broker",
                went_well=True,
                words="none in the file: samples leave by USB stick (nhipdo-edge outbox export)",
            )
        ]
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    steps: list[Step] = []
    try:
        connection = Connection(broker, f"nhipdo-check-{secrets.token_hex(4)}", events)
    except (BrokerError, ValueError) as error:
        return [Step("broker", went_well=False, words=str(error))]
    try:
        entry = _wait(events, (Connected, Ended), time.monotonic() + timeout_s)
        if not isinstance(entry, Connected):
            why = entry.why if isinstance(entry, Ended) else f"broker {broker.url}: no word within {timeout_s:g} s."
            return [Step("broker", went_well=False, words=why)]
        security = "TLS" if broker.tls else "without TLS"
        steps.append(Step("broker", went_well=True, words=f"{broker.url} lets us in, {security}"))
        steps += _ask_gateway(config, connection, events, timeout_s)
    finally:
        connection.abandon()
    return steps


def _ask_gateway(
    config: AgentConfig, connection: Connection, events: "queue.SimpleQueue[Any]", timeout_s: float
) -> list[Step]:
    site, edge = config.site, config.edge
    connection.subscribe(str(EdgeTopic(site, edge, topics.ACK)), topics.EVERY_GATEWAY)
    connection.publish(
        str(EdgeTopic(site, edge, topics.STATUS)),
        msgspec.json.encode(EdgeStatus(state="checking", at=time.time_ns())),
    )
    gateway: GatewayStatus | None = None
    end = time.monotonic() + timeout_s
    while (event := _wait(events, (Came, Ended), end)) is not None:
        if isinstance(event, Ended):
            why = f"{event.why} Does its access list let this user publish and subscribe under {topics.ROOT}?"
            return [Step("gateway", went_well=False, words=why)]
        if event.topic.endswith(f"/{topics.ACK}"):
            ack = _read(event, Ack)
            if ack is None or event.retained:
                continue
            admitted = "" if ack.admitted else "; this edge is not admitted yet: a person does that at the gateway"
            return [Step("gateway", went_well=True, words=f"store {ack.store} acknowledges{admitted}")]
        if event.topic.startswith(f"{topics.ROOT}/{topics.GATEWAY}/"):
            gateway = _read(event, GatewayStatus) or gateway
            if gateway and gateway.state == "online" and not gateway.can_store:
                return [Step("gateway", went_well=False, words=f"is there but cannot store: {gateway.why}")]
    silent = f"no acknowledgement within {timeout_s:g} s; it {_state(gateway, site, edge)}"
    return [Step("gateway", went_well=False, words=silent)]


def _state(gateway: GatewayStatus | None, site: str, edge: str) -> str:
    if gateway is None:
        return "has never been at this broker. Start it: nhipdo serve"
    if gateway.state != "online":
        return f"was last seen {gateway.state}. Start it: nhipdo serve"
    return f"is online. Does the broker's access list let this user read and write {topics.ROOT}/{site}/{edge}/# ?"


def _read(came: Came, kind: type[_W]) -> _W | None:
    """What a retained word says; None when it is garbage, which is nobody's answer."""
    try:
        return msgspec.json.decode(came.payload, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _wait(events: "queue.SimpleQueue[Any]", kinds: tuple[type, ...], end: float) -> Any:
    while (left := end - time.monotonic()) > 0:
        try:
            event = events.get(timeout=left)
        except queue.Empty:
            break
        if isinstance(event, kinds):
            return event
    return None
