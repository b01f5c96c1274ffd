"""The topics of the contract, built and parsed here only.

::

    nhipdo/v1/{site}/{edge}/telemetry | record | status | ack | setting/{noun}/{id}
    nhipdo/v1/gateway/{process}/status

``status``, ``ack`` and ``setting`` are retained. A site cannot be called ``gateway``.
"""

from dataclasses import dataclass

from edge_agent.wire.schema import NAME

ROOT = "nhipdo/v1"
TELEMETRY, RECORD, STATUS, ACK, SETTING = "telemetry", "record", "status", "ack", "setting"
GATEWAY = "gateway"
_KINDS = frozenset((TELEMETRY, RECORD, STATUS, ACK))
_EDGE_LEVELS = 5
_SETTING_LEVELS = 7


@dataclass(frozen=True, slots=True)
class EdgeTopic:
    """What a topic of an edge says.

    Attributes:
        site: The place.
        edge: The agent.
        kind: ``telemetry``, ``record``, ``status``, ``ack`` or ``setting``.
        noun: Of a setting: what is set (``certificate``, ``calendar``).
        key: Of a setting: which one.
    """

    site: str
    edge: str
    kind: str
    noun: str = ""
    key: str = ""

    def __str__(self) -> str:
        tail = f"/{self.noun}/{self.key}" if self.kind == SETTING else ""
        return f"{ROOT}/{self.site}/{self.edge}/{self.kind}{tail}"


@dataclass(frozen=True, slots=True)
class GatewayTopic:
    """The status of one gateway process."""

    process: str

    def __str__(self) -> str:
        return f"{ROOT}/{GATEWAY}/{self.process}/{STATUS}"


EVERY_GATEWAY = f"{ROOT}/{GATEWAY}/+/{STATUS}"
"""Subscription: the status of every gateway."""


def every_edge(kind: str) -> str:
    """Subscription: one kind of every edge.

    >>> every_edge("telemetry")
    'nhipdo/v1/+/+/telemetry'
    """
    return f"{ROOT}/+/+/{kind}"


def every_setting(site: str, edge: str) -> str:
    """Subscription: all settings of one edge."""
    return f"{ROOT}/{site}/{edge}/{SETTING}/+/+"


def parse(topic: str) -> EdgeTopic | GatewayTopic:
    """Read a topic.

    Raises:
        ValueError: It is not one of the contract's.

    >>> parse("nhipdo/v1/sa-dec/press-shop/telemetry")
    EdgeTopic(site='sa-dec', edge='press-shop', kind='telemetry', noun='', key='')
    """
    levels = topic.split("/")
    if "/".join(levels[:2]) == ROOT and all(map(NAME.fullmatch, levels[2:])):
        if len(levels) == _EDGE_LEVELS and levels[2] == GATEWAY and levels[4] == STATUS:
            return GatewayTopic(levels[3])
        if len(levels) == _EDGE_LEVELS and levels[2] != GATEWAY and levels[4] in _KINDS:
            return EdgeTopic(*levels[2:])
        if len(levels) == _SETTING_LEVELS and levels[2] != GATEWAY and levels[4] == SETTING:
            return EdgeTopic(*levels[2:])
    msg = f"topic {topic[:200]!r}: not one of {ROOT}/SITE/EDGE/KIND. Check who publishes it."
    raise ValueError(msg)
