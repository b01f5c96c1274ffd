"""Which sites somebody may see: what edges tell stands in tables that know a site's name only.

Decision: a site that is not in the registry, or was retired, belongs to nobody but those with grants everywhere.
Because: an edge can say any name; what it says is stored, and shown to nobody else before somebody has said whose
it is.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.registry.organisations import SiteRow
from gateway.registry.roles import Action, Reader

Sites = frozenset[str] | None
"""Names of sites; None: all, registered or not."""


def sites_of(session: Session, reader: Reader, action: Action, group: str) -> Sites:
    """The sites with whose ``group`` somebody may do ``action``."""
    if reader.everywhere(action, group):
        return None
    query = select(SiteRow.name).where(SiteRow.retired_at == 0, reader.where(action, group, SiteRow))
    return frozenset(session.scalars(query))


def is_within(site: str, sites: Sites) -> bool:
    """Whether a site is one of them."""
    return sites is None or site in sites
