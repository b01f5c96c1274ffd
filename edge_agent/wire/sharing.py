"""What one gateway tells another: on what it was agreed, and rows of its registry.

Rows of a registry and agreements travel as records, with a key and a revision as all records have.
"""

import msgspec

from edge_agent.wire.messages import Record
from edge_agent.wire.words import Whole


class AgreementKept(Record, frozen=True, tag="agreement", kw_only=True):
    """What an enterprise's manager has agreed to share, or has taken back. Its key is the agreement's id.

    Attributes:
        organisation: Code of the enterprise.
        name: Of the enterprise.
        partner: With whom.
        kinds: What is shared: ``elements``, ``stops``, ``evaluations``, ``certificates``, ``samples``.
        sites: Of which sites; empty: of all.
        since: First local day of what is shared, ISO 8601.
        until: Last day of the agreement; empty: until it is withdrawn.
        agreed_at: When.
        withdrawn_at: When it was taken back, or changed so that it must be agreed to anew; 0: it holds.
    """

    organisation: str
    name: str = ""
    partner: str = ""
    kinds: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    agreed_at: Whole = 0
    withdrawn_at: Whole = 0


class RegistryEntry(Record, frozen=True, tag="registry_entry", kw_only=True):
    """A row of the registry of the gateway that forwards it. Its key is ``{kind}.{id}``.

    Attributes:
        kind: Its noun there: ``pilot``, ``certification``.
        values: Field -> value; other rows are named as people call them. Nothing of persons is among them.
        gone: It is out of use.
    """

    kind: str
    values: dict[str, object] = msgspec.field(default_factory=dict)
    gone: bool = False
