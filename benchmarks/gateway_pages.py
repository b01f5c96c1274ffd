"""What people ask of a gateway in its benchmark."""

from datetime import UTC, date, datetime
from typing import NamedTuple


class Page(NamedTuple):
    """A page of the benchmark: what it is called, its path, whether an operator may ask for it."""

    name: str
    path: str
    for_all: bool = True


def pages(site: str, day: date) -> list[Page]:
    """What people ask for, of one of their sites."""
    month, week = f"{day:%Y-%m}", f"{day:%G-W%V}"
    unit = f"/api/v1/sites/{site}/work-units"
    since = datetime.combine(day, datetime.min.time(), UTC).isoformat().replace("+00:00", "Z")
    return [
        Page("overview", "/"),
        Page("production, month", f"/production?period={month}"),
        Page("production, week", f"/production?period={week}"),
        Page("production, day", f"/production?period={day}"),
        Page("production, month of a site", f"/production?site={site}&period={month}"),
        Page("stops, month", f"/production/stops?site={site}&period={month}"),
        Page("andon", f"/andon/{site}"),
        Page("measurements", "/measurements", for_all=False),
        Page("setup", "/setup", for_all=False),
        Page("list of sites", "/registry/site", for_all=False),
        Page("list of products", "/registry/product", for_all=False),
        Page("API figures, month by member", f"/api/v1/production/figures?period={month}&by=member"),
        Page("API work units", unit),
        Page("API elements, day", f"{unit}/EDGE/UNIT/elements?since={since}", for_all=False),
        Page("API sites", "/api/v1/sites", for_all=False),
        Page("API health", "/api/v1/health", for_all=False),
    ]
