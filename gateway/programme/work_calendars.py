"""By which shift calendar machines work: the one that their edge kept, else the one that their site has set up.

Decision: an edge or a site with calendars of several names has none here.
Because: which of them a machine follows stands in the edge's own file, and a guess would invent working days.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import CalendarVersion, CalendarVersions
from edge_agent.wire.calendar_tables import calendar_from_body, to_calendar
from edge_agent.wire.shop_floor import CalendarKept
from gateway.programme.silent_days import Unit
from gateway.registry import RecordRow
from gateway.registry.organisations import SiteRow
from gateway.registry.production import ShiftCalendarRow
from gateway.registry.shift_lines import calendar_of
from gateway.shop_floor import UnitId


def calendars_of(session: Session, site: str, units: Iterable[UnitId]) -> dict[Unit, CalendarVersions | None]:
    """Machine -> its shift calendar; None: none is known.

    Args:
        session: Of the registry.
        site: Its name, as edges say it.
        units: The machines.
    """
    found: dict[Unit, CalendarVersions | None] = {}
    kept: dict[str, list[CalendarKept]] = {}
    set_up = _set_up(session, site)
    for unit in units:
        if unit.edge not in kept:
            kept[unit.edge] = _kept(session, site, unit.edge)
        mine = [one for one in kept[unit.edge] if not one.work_units or unit.work_unit in one.work_units]
        found[unit.edge, unit.work_unit] = _versions(mine) if mine else set_up
    return found


def _kept(session: Session, site: str, edge: str) -> list[CalendarKept]:
    its = RecordRow
    query = select(its.body).where(its.site == site, its.edge == edge, its.noun == "calendar")
    return [msgspec.json.decode(body, type=CalendarKept) for body in session.scalars(query)]


def _versions(records: Iterable[CalendarKept]) -> CalendarVersions | None:
    by_name: dict[str, list[CalendarVersion]] = defaultdict(list)
    for one in records:
        last = date.fromisoformat(one.last_day) if one.last_day else None
        try:
            calendar = calendar_from_body(one.body)
        except ValueError:
            continue  # of an edge that knows more than this gateway
        version = CalendarVersion(one.number, date.fromisoformat(one.first_day), last, calendar)
        by_name[str(one.body.get("name"))].append(version)
    return CalendarVersions(tuple(next(iter(by_name.values())))) if len(by_name) == 1 else None


def _set_up(session: Session, site: str) -> CalendarVersions | None:
    its = ShiftCalendarRow
    query = (
        select(its)
        .join(SiteRow, SiteRow.id == its.site)
        .where(SiteRow.name == site, SiteRow.retired_at == 0, its.retired_at == 0)
    )
    rows = session.scalars(query).all()
    if len(rows) != 1:
        return None
    names = ("name", "timezone", "shifts", "holidays", "planned_stops")
    config, _ = calendar_of({name: getattr(rows[0], name) for name in names})
    if config is None:
        return None
    return CalendarVersions((CalendarVersion(1, date.min, None, to_calendar(config)),))
