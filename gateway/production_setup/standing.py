"""Where each setting stands: what the office wants, what was sent, what the edge has answered."""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import SettingKept
from edge_agent.wire.records import record_decoder
from edge_agent.wire.settings import KINDS, ORDERS, PRODUCTS, SettingError, read_setting
from gateway.ingest.journals import EdgeId
from gateway.production_setup.bodies import Body, Wanted
from gateway.registry import RecordRow, SettingRow

_ANSWER = str(SettingKept.__struct_config__.tag)


class State(StrEnum):
    """Where a setting stands."""

    NEVER = "never"
    """It was never sent."""
    CHANGED = "changed"
    """The registry says something else than what was sent."""
    WAITING = "waiting"
    """It was sent, and the edge has not answered."""
    IN_FORCE = "in_force"
    """The edge has taken it up."""
    REFUSED = "refused"
    """The edge has refused it."""


class Standing(NamedTuple):
    """A setting of one edge.

    Attributes:
        edge: Whose.
        noun: What is set.
        key: Which one.
        wanted: What the registry says now; empty: nothing, the edge's own file is to hold.
        sent: What was sent last; None: nothing ever.
        sent_by: Who sent it.
        sent_at: When, UTC ns; 0: never.
        revision: Of what was sent; 0: nothing ever.
        answer: What the edge said last of it; None: nothing.
        problem: Why it cannot be sent as it is; empty: it can.
    """

    edge: EdgeId
    noun: str
    key: str
    wanted: Body
    sent: Body | None
    sent_by: str
    sent_at: int
    revision: int
    answer: SettingKept | None
    problem: str

    @property
    def differs(self) -> bool:
        """Whether sending would change something."""
        return self.wanted != (self.sent or {})

    @property
    def answered(self) -> State:
        """What became of what was sent, whatever the registry says since."""
        if not self.revision:
            return State.NEVER
        if self.answer is None or self.answer.setting_revision < self.revision:
            return State.WAITING
        return State.IN_FORCE if self.answer.accepted else State.REFUSED

    @property
    def state(self) -> State:
        """Where it stands."""
        return State.CHANGED if self.revision and self.differs else self.answered


def standing_at(engine: Engine, site: str, wanted: Iterable[Wanted]) -> list[Standing]:
    """Every setting of the edges of a site: those that the registry wants, and those that were ever sent."""
    wants = {(one.edge, one.noun, one.key): msgspec.to_builtins(one.body) for one in wanted}
    with Session(engine) as session:
        rows = session.scalars(select(SettingRow).where(SettingRow.site == site, SettingRow.noun.in_(KINDS))).all()
        said = session.scalars(select(RecordRow).where(RecordRow.site == site, RecordRow.noun == _ANSWER)).all()
    sent = {(EdgeId(row.site, row.edge), row.noun, row.key): row for row in rows}
    answers = {(EdgeId(row.site, row.edge), *_named(row.key)): _answer(row.body) for row in said}
    makes = _products_of(wants)
    found = []
    for at in sorted(wants.keys() | sent.keys()):
        row = sent.get(at)
        body = wants.get(at, {})
        found.append(
            Standing(
                *at,
                wanted=body,
                sent=msgspec.json.decode(row.body) if row else None,
                sent_by=row.put_by if row else "",
                sent_at=row.put_at if row else 0,
                revision=row.revision if row else 0,
                answer=answers.get(at),
                problem=_problem(at, body, makes),
            )
        )
    return found


def digest_of(standings: Iterable[Standing]) -> str:
    """Tells what would be sent from anything else: a page shows it, and sends only that."""
    told = [[*one.edge, one.noun, one.key, one.revision, one.wanted] for one in standings if one.differs]
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _named(key: str) -> tuple[str, str]:
    noun, _, name = key.partition("/")
    return noun, name


def _answer(body: str) -> SettingKept:
    record = record_decoder.decode(body)
    assert isinstance(record, SettingKept), "a noun has one type"
    return record


def _products_of(wants: Mapping[tuple[EdgeId, str, str], Any]) -> dict[tuple[EdgeId, str], set[str]]:
    return {
        (edge, key): {one["name"] for one in body["products"]}
        for (edge, noun, key), body in wants.items()
        if noun == PRODUCTS
    }


def _problem(at: tuple[EdgeId, str, str], body: Body, makes: Mapping[tuple[EdgeId, str], set[str]]) -> str:
    """What the edge would say against it: the contract's own reader, and orders of what nobody makes there."""
    edge, noun, key = at
    try:
        read_setting(noun, key, body)
    except SettingError as error:
        return str(error)
    if noun == ORDERS and (edge, key) in makes:
        for order in body.get("orders", ()):
            if order["product"] not in makes[edge, key]:
                return (
                    f"order {order['number']}: {key} makes no {order['product']}. "
                    "Choose another work unit, or let the product be made there."
                )
    return ""
