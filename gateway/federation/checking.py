"""Whether the gateway above can be reached and answers: for ``nhipdo check``. Sends nothing of the enterprise."""

import queue
import time
from secrets import token_hex
from typing import TypeVar

import msgspec

from edge_agent.wire import topics
from edge_agent.wire.messages import Ack, EdgeStatus, GatewayStatus
from edge_agent.wire.topics import EdgeTopic
from gateway.broker_config import ForwardConfig
from gateway.federation.connection import CannotConnectError, Closed, Connection, Event, Heard, Opened

W = TypeVar("W", Ack, GatewayStatus)


def look_above(config: ForwardConfig) -> tuple[bool, str]:
    """Whether all is well, and in words what was found."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    try:
        connection = Connection(config, f"nhipdo-check-{token_hex(4)}", events.put)
    except CannotConnectError as error:
        return False, str(error)
    try:
        return _ask(connection, config, events)
    finally:
        connection.abandon()


def _ask(connection: Connection, config: ForwardConfig, events: "queue.SimpleQueue[Event]") -> tuple[bool, str]:
    ack, status = (str(EdgeTopic(config.site, config.edge, kind)) for kind in (topics.ACK, topics.STATUS))
    end = time.monotonic() + config.connect_timeout_s
    gateway: GatewayStatus | None = None
    opened = False
    while (left := end - time.monotonic()) > 0:
        try:
            event = events.get(timeout=left)
        except queue.Empty:
            break
        if isinstance(event, Closed):
            return False, event.why
        if isinstance(event, Opened):
            opened = True
            connection.subscribe(ack, topics.EVERY_GATEWAY)
            asking = EdgeStatus(state="checking", at=time.time_ns())
            connection.publish(status, msgspec.json.encode(asking))
        elif isinstance(event, Heard) and event.topic != ack:
            gateway = _read(event, GatewayStatus) or gateway
        elif isinstance(event, Heard) and not event.retained and (word := _read(event, Ack)):
            name = f"{config.site}/{config.edge}"
            how = "is admitted" if word.admitted else "is not admitted yet: nothing leaves before a person there does"
            return True, f"{config.url} lets us in, the gateway above answers; {name} {how}"
    return False, _silence(config, gateway, opened=opened)


def _silence(config: ForwardConfig, gateway: GatewayStatus | None, *, opened: bool) -> str:
    where, waited = f"broker {config.url}", f"within {config.connect_timeout_s:g} s"
    if not opened:
        return f"{where}: said nothing {waited}. Is it an MQTT broker? Check forward.url."
    if gateway is None or gateway.state != "online":
        seen = "has never been there" if gateway is None else f"was last seen {gateway.state}"
        return f"{where}: lets us in, but the gateway above {seen}. Ask whoever runs it."
    return f"{where}: lets us in, but no answer came {waited}. May this user read and write {_topics(config)}?"


def _topics(config: ForwardConfig) -> str:
    return f"{topics.ROOT}/{config.site}/{config.edge}/#"


def _read(event: Heard, kind: type[W]) -> W | None:
    try:
        return msgspec.json.decode(event.payload, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
