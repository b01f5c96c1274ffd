"""What another gateway forwards to this one: whether it may stand for those in whose name it comes.

Decision: a forwarder speaks for the organisation whose site it is named after, else for those that a person named when
admitting it, and for nobody else.
Because: a broker's access list binds an account to a name, and only the registry binds that name to an enterprise.

Decision: refused as a dead letter, acknowledged, and shown.
Because: what is wrong is mostly our own list of sites, which a person corrects here; then it is tried again from the
letter. What is refused without an acknowledgement would come again for ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import InstrumentDescription
from edge_agent.wire.origin import Origin
from edge_agent.wire.records import AnyRecord
from edge_agent.wire.schema import NAME
from edge_agent.wire.sharing import RegistryEntry
from edge_agent.wire.shop_floor import Elements, Stop, WorkUnitDescription
from gateway.ingest.journals import EdgeId
from gateway.ingest.reading import Arrival
from gateway.registry import EdgeRow
from gateway.registry.organisations import OrganisationRow, SiteRow

_FORWARDED = (Elements, Stop, WorkUnitDescription, InstrumentDescription, RegistryEntry)
"""What may come in another's name. Runs and declarations concern the journals of whoever sends them."""
_SHOWN = 40


def whose(sender: EdgeId, record: AnyRecord) -> EdgeId:
    """At which edge a record is kept: its origin's; what no edge has said, at the forwarder's."""
    origin = record.origin
    return EdgeId(origin.site, origin.edge) if origin is not None and origin.edge else sender


def judge(engine: Engine, arrivals: Sequence[Arrival]) -> None:
    """Take out of messages what may not stand; ``why`` then says so, and the message is kept whole."""
    forwarded = [one for one in arrivals if one.origin or any(record.origin for record, _ in one.records)]
    if not forwarded:
        return
    with Session(engine) as session:
        judge_in(session, forwarded)


def judge_in(session: Session, arrivals: Iterable[Arrival]) -> None:
    """As :func:`judge`, within a transaction."""
    look = Look(session)
    for arrival in arrivals:
        refused = ""
        if arrival.origin is not None and (why := look.why_not(arrival.edge, arrival.origin)):
            refused, arrival.lines = why, []
        kept = []
        for record, body in arrival.records:
            why = look.why_not(arrival.edge, record.origin, record) if record.origin else ""
            refused = refused or why
            if not why:
                kept.append((record, body))
        arrival.records = kept
        if refused:
            arrival.why = arrival.why or f"{arrival.name}: {refused}"


@dataclass
class Look:
    """What the registry says of sites and senders, asked once."""

    session: Session
    codes: dict[str, str] = field(default_factory=dict)

    def why_not(self, sender: EdgeId, origin: Origin, record: AnyRecord | None = None) -> str:
        """Empty: it may stand."""
        named = f"origin {origin.site or '-'}/{origin.edge or '-'}"[:160]
        return next((f"{named}: {why}" for why in self._reasons(sender, origin, record) if why), "")

    def _reasons(self, sender: EdgeId, origin: Origin, record: AnyRecord | None) -> Iterator[str]:
        if record is not None and not isinstance(record, _FORWARDED):
            yield f"a {type(record).__name__} is never forwarded. Find who publishes it."
        if not all(not name or NAME.fullmatch(name) for name in (origin.site, origin.edge)):
            yield "expected names of a site and an edge. Find who publishes it."
        if not origin.edge and record is not None and not isinstance(record, RegistryEntry):
            yield "names no edge. Find who publishes it."
        if not self._is_admitted(sender):
            yield f"{sender} is not admitted here, and forwards. Admit it, then retry."
        speaks_for, owner = self._speaks_for(sender), self._code(origin.site)
        if origin.organisation not in speaks_for:
            named = ", ".join(sorted(speaks_for)) or "nobody"
            then = "Correct whose its site is"
            if not self._code(sender.site):
                then = f"Register its site, or name those for whom it may: nhipdo edges admit {sender} --for CODE"
            yield (
                f"the agreement is of organisation {origin.organisation[:_SHOWN]}, {sender} speaks for {named}. "
                f"{then}; then retry."
            )
        if not owner and origin.edge and self.session.get(EdgeRow, (origin.site, origin.edge)) is not None:
            yield "speaks here itself, and nobody has registered whose its site is. Register the site, then retry."
        if owner and owner != origin.organisation:
            yield (
                f"belongs to organisation {owner}, the agreement is of {origin.organisation}. "
                "Correct whose the site is, then retry; or ask that enterprise."
            )

    def may_speak(self, sender: EdgeId, organisation: str) -> bool:
        """Whether a forwarder may tell of an organisation's agreements, and forward under them."""
        return self._is_admitted(sender) and organisation in self._speaks_for(sender)

    def _is_admitted(self, sender: EdgeId) -> bool:
        row = self.session.get(EdgeRow, sender)
        return row is not None and bool(row.admitted_by)

    def _speaks_for(self, sender: EdgeId) -> frozenset[str]:
        """Codes of organisations: of whoever the site is; of a site that is nobody's those that a person has named."""
        if code := self._code(sender.site):
            return frozenset({code})
        row = self.session.get(EdgeRow, sender)
        return frozenset(row.speaks_for.split(",")) - {""} if row is not None else frozenset()

    def _code(self, site: str) -> str:
        """Of whose the site is; empty: nobody has registered it."""
        if site not in self.codes:
            of = select(OrganisationRow.code).join(SiteRow, SiteRow.organisation == OrganisationRow.id)
            self.codes[site] = self.session.scalar(of.where(SiteRow.name == site, SiteRow.retired_at == 0)) or ""
        return self.codes[site]
