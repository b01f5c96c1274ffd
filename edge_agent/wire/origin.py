"""Where a forwarded message comes from, and under which agreement it may be shared. Does no I/O.

Records say it themselves. Lines of line protocol cannot, so a message of forwarded telemetry begins with a line that
is a comment to line protocol, :func:`origin_line`; it counts as one of the message's lines.
"""

import re

from edge_agent.wire.schema import NAME
from edge_agent.wire.words import Word


class Origin(Word, frozen=True, kw_only=True):
    """Who said it first; whoever forwards it says so in its own topic.

    Attributes:
        site: The place; empty: of the organisation as a whole.
        edge: The agent; empty: not said by an edge but kept in the registry of the gateway that forwards it.
        organisation: Code of the organisation whose agreement lets it go.
        agreement: Id of that agreement.
    """

    site: str = ""
    edge: str = ""
    organisation: str
    agreement: str


_LINE = re.compile(
    rf"#nhipdo-origin site=({NAME.pattern}) edge=({NAME.pattern}) organisation=([A-Z0-9.-]{{1,40}}) "
    r"agreement=([0-9a-f]{1,32})"
)


def origin_line(origin: Origin) -> str:
    """The first line of forwarded telemetry.

    >>> origin_line(Origin(site="sa-dec", edge="press-shop", organisation="1400123456", agreement="0a"))
    '#nhipdo-origin site=sa-dec edge=press-shop organisation=1400123456 agreement=0a'
    """
    return (
        f"#nhipdo-origin site={origin.site} edge={origin.edge} organisation={origin.organisation} "
        f"agreement={origin.agreement}"
    )


def parse_origin(line: str) -> Origin | None:
    """Read :func:`origin_line`; None: it is another line.

    >>> parse_origin("#nhipdo-origin site=a edge=b organisation=1400123456 agreement=0a").edge
    'b'
    """
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    site, edge, organisation, agreement = match.groups()
    return Origin(site=site, edge=edge, organisation=organisation, agreement=agreement)
