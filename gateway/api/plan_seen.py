"""Which plans somebody may see, and as of which day."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import HTTPException, Path, Query
from sqlalchemy.orm import Session

from gateway.api.registry_pages.desk import Desk
from gateway.indicators.schema import Indicator, Plan
from gateway.programme.plan_tasks import provinces_in_force
from gateway.registry.fields import Day
from gateway.registry.roles import Action, Place
from gateway.registry.texts import Title, WrongValueError

PlanId = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,63}$")]
IndicatorId = Annotated[str, Path(pattern=r"^[a-z0-9.-]{1,63}$")]
AsOf = Annotated[str, Query(max_length=10)]
_DAY = Day(title=Title("Số liệu đến ngày", "As of"))
_FUTURE = Title("Ngày này chưa đến. Trang tính đến hôm nay.", "This day is still to come. The page shows today.")


class Seen(NamedTuple):
    """A plan that may be seen.

    Attributes:
        plan: Which.
        place: Its province.
        may_write: Whether estimates and milestones of it may be entered.
        is_theirs: Whether a role of theirs names the province.
        goes_on: Whether the day lies in its years.
    """

    plan: Plan
    place: Place
    may_write: bool
    is_theirs: bool
    goes_on: bool


class OnDay(NamedTuple):
    """As of when a page speaks.

    Attributes:
        day: The day.
        today: The day of the wall clock.
        text: As it stands in the box.
        problem: What is wrong with what was typed; None: nothing.
    """

    day: date
    today: date
    text: str
    problem: Title | None = None

    @property
    def query(self) -> str:
        """For addresses; empty: today."""
        return "" if self.day == self.today else f"?as_of={self.day.isoformat()}"


def today_of(desk: Desk) -> date:
    """The day of the wall clock."""
    return desk.speech.local(desk.now).date()


def on_day(desk: Desk, text: str) -> OnDay:
    """The day that was asked for; today when it was none, or is still to come."""
    today = today_of(desk)
    if not text.strip():
        return OnDay(today, today, desk.day(today.isoformat()))
    try:
        day = date.fromisoformat(str(_DAY.read(text)))
    except WrongValueError as error:
        return OnDay(today, today, text, error.why)
    if day > today:
        return OnDay(today, today, text, _FUTURE)
    return OnDay(day, today, desk.day(day.isoformat()))


def plans_seen(desk: Desk, plans: Iterable[Plan]) -> list[Seen]:
    """Those of provinces whose records they may see: theirs first, of these what goes on, then by name."""
    with Session(desk.engine) as session:
        provinces = provinces_in_force(session)
    today = today_of(desk)
    granted = {grant.of for grant in desk.reader.grants if grant.scope == "province"}
    found = []
    for plan in plans:
        place = Place(province=provinces.get(plan.province.code, ""))
        if desk.reader.may(Action.READ, "programme", place):
            may_write = desk.reader.may(Action.WRITE, "programme", place) and bool(place.province)
            goes_on = plan.since <= today.year <= plan.until
            found.append(Seen(plan, place, may_write, place.province in granted, goes_on))
    return sorted(
        found,
        key=lambda one: (
            not one.is_theirs,
            not one.goes_on,
            getattr(one.plan.province.name, desk.language),
            -one.plan.since,
        ),
    )


def plan_seen(desk: Desk, plans: Mapping[str, Plan], name: str) -> Seen:
    """One of them.

    Raises:
        HTTPException: 404, there is none that they may see.
    """
    plan = plans.get(name)
    found = plans_seen(desk, [plan] if plan else [])
    if not found:
        msg = f"plan {name[:63]}: is not known, or not of your province. Choose one of the list /plans."
        raise HTTPException(404, msg)
    return found[0]


def indicator_of(plan: Plan, name: str) -> Indicator:
    """One of its indicators.

    Raises:
        HTTPException: 404, it has none of this id.
    """
    try:
        return plan.indicator(name)
    except KeyError:
        msg = f"indicator {name[:63]}: is not in the plan {plan.id}. Choose one of /plans/{plan.id}."
        raise HTTPException(404, msg) from None
