"""One indicator of a plan: the figure, how it is counted, its years, what it rests on, and what people add to it."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.plan_evidence import Evidence
from gateway.api.plan_pictures import Bars, of_component, of_history
from gateway.api.plan_seen import AsOf, IndicatorId, OnDay, PlanId, Seen, indicator_of, on_day, plan_seen
from gateway.api.plan_telling import PlanWords
from gateway.api.plans import SHAPES, row_of
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.registry_pages.telling import typed
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.api.sheets import Sheet, harmless
from gateway.indicators.results import ComponentValue, Evaluated, YearValue
from gateway.indicators.schema import Indicator, Plan
from gateway.programme.telling import gap_told
from gateway.registry.book import Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/plans/{plan}/indicators/{indicator}")
Reads = Depends(allow(Action.READ, "programme"))
Writes = Depends(allow(Action.WRITE, "programme"))
_ESTIMATE = ("value", "estimated", "note")
_MILESTONE = ("reached", "document_number", "document_date", "note")
_FORMS = {"estimate": ("year_estimate", _ESTIMATE), "milestone": ("milestone", _MILESTONE)}


class Typed(NamedTuple):
    """A form of this page.

    Attributes:
        name: ``estimate`` or ``milestone``.
        texts: Field -> what stands in it.
        problems: Field -> what is wrong; the empty name: with the whole.
    """

    name: str
    texts: Mapping[str, str]
    problems: Mapping[str, Title]


class Series(NamedTuple):
    """A series by which a wish without a number is told."""

    title: str
    how: str
    its: ComponentValue
    bars: Bars | None
    missing: list[str]


@router.get("", dependencies=[Reads])
def show_indicator(
    plan: PlanId,
    indicator: IndicatorId,
    desk: TheDesk,
    evaluations: TheEvaluations,
    as_of: AsOf = "",
    of: Annotated[str, Query(max_length=63)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The figure, and everything behind it."""
    seen = plan_seen(desk, evaluations.plans, plan)
    one = indicator_of(seen.plan, indicator)
    return _page(desk, evaluations, seen, one, on_day(desk, as_of), (of, page))


@router.get("/history.csv", dependencies=[Reads])
def download_history(
    plan: PlanId, indicator: IndicatorId, desk: TheDesk, evaluations: TheEvaluations, as_of: AsOf = ""
) -> StreamingResponse:
    """The years of an indicator as a file."""
    seen = plan_seen(desk, evaluations.plans, plan)
    one = indicator_of(seen.plan, indicator)
    when = on_day(desk, as_of)
    its = _its(evaluations.of(desk.reader, plan, when.day, desk.now).result.indicators, one)
    sheet = Sheet(desk.language, desk.speech.zone)
    heading = ["indicator", "unit", "series", "year", "value", "cumulated", "estimate", "state", "is_full"]

    def rows() -> Iterator[list[str]]:
        head = [harmless(one.id), one.unit]
        for year in its.history:
            figures = [sheet.number(value) for value in (year.value, year.value_of, year.estimate)]
            yield [*head, "", str(year.year), *figures, year.state or "", str(int(year.is_full))]
        for component in its.components:
            for name, value in sorted(component.values.items()):
                yield [*head, harmless(component.id), str(name), sheet.number(value), "", "", "", ""]

    name = f"{one.id}_{when.day.isoformat()}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(sheet.lines(heading, rows()), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/estimate", dependencies=[Writes])
def enter_estimate(
    plan: PlanId, indicator: IndicatorId, desk: TheDesk, evaluations: TheEvaluations, sent: TheSent
) -> Response:
    """Somebody's estimate of the year that goes on; a second one takes the place of the first."""
    return _enter(desk, evaluations, "estimate", plan, indicator, sent)


@router.post("/milestone", dependencies=[Writes])
def enter_milestone(
    plan: PlanId, indicator: IndicatorId, desk: TheDesk, evaluations: TheEvaluations, sent: TheSent
) -> Response:
    """The day on which it was reached, with its document."""
    return _enter(desk, evaluations, "milestone", plan, indicator, sent)


def _enter(desk: Desk, evaluations: TheEvaluations, form: str, plan: str, indicator: str, sent: Sent) -> Response:
    seen = plan_seen(desk, evaluations.plans, plan)
    one = indicator_of(seen.plan, indicator)
    when = on_day(desk, "")
    if not seen.may_write:
        msg = f"{desk.reader.name}: may see this plan and not write for it. Ask an administrator."
        raise HTTPException(403, msg)
    if form not in _forms(seen, one, when):
        msg = f"indicator {indicator[:63]}: takes no {form} now. Look at its page."
        raise HTTPException(409, msg)
    noun, fields = _FORMS[form]
    texts = {name: sent[name] for name in fields}
    values: dict[str, object] = {**texts, "province": seen.place.province, "plan": plan, "indicator": indicator}
    try:
        check_token(desk.request, sent)
        _write_estimate(desk, values, when) if form == "estimate" else _write_milestone(desk, noun, values, when)
    except AccessError as error:
        problems = {"": error.why}
    except WrongValuesError as error:
        problems = error.problems
    except ForbiddenError:
        problems = {"": FORBIDDEN}
    else:
        return RedirectResponse(f"/plans/{plan}/indicators/{indicator}#{form}", 303)
    return _page(desk, evaluations, seen, one, when, ("", 1), Typed(form, texts, problems))


def _write_estimate(desk: Desk, values: dict[str, object], when: OnDay) -> None:
    was = _estimate(desk, str(values["plan"]), str(values["indicator"]), when.day.year)
    with desk.book.writing(desk.reader) as writing:
        if was is None:
            row = writing.make("year_estimate", values | {"year": when.day.year})
        else:
            row = writing.change("year_estimate", was.id, {name: values[name] for name in _ESTIMATE}, None)
        _refuse_later("estimated", str(row.values()["estimated"]), when)


def _write_milestone(desk: Desk, noun: str, values: Mapping[str, object], when: OnDay) -> None:
    with desk.book.writing(desk.reader) as writing:
        _refuse_later("reached", str(writing.make(noun, values).values()["reached"]), when)


def _refuse_later(name: str, day: str, when: OnDay) -> None:
    """What is still to come has not happened; raised within the transaction, so nothing is written."""
    if day > when.today.isoformat():
        why = Title("Ngày này chưa đến. Hãy ghi ngày đã qua.", "This day is still to come. Write one that is past.")
        raise WrongValuesError({name: why})


def _estimate(desk: Desk, plan: str, indicator: str, year: int) -> Entry | None:
    try:
        return desk.book.find(desk.reader, "year_estimate", plan=plan, indicator=indicator, year=year)
    except NoSuchRowError:
        return None


def _forms(seen: Seen, one: Indicator, when: OnDay) -> list[str]:
    """What can be entered now."""
    if not seen.may_write or when.day != when.today:
        return []
    if one.measure.kind == "milestone":
        return ["milestone"]
    has_number = one.comparator != "trend" and one.unit != "milestone"
    return ["estimate"] if has_number and one.since <= when.day.year <= one.until else []


def _its(found: tuple[Evaluated, ...], one: Indicator) -> Evaluated:
    return next(its for its in found if its.indicator == one.id)


def _page(
    desk: Desk,
    evaluations: TheEvaluations,
    seen: Seen,
    one: Indicator,
    when: OnDay,
    opened: tuple[str, int],
    form: Typed | None = None,
) -> HTMLResponse:
    done = evaluations.of(desk.reader, seen.plan.id, when.day, desk.now)
    its = _its(done.result.indicators, one)
    words = PlanWords(desk.speech)
    evidence = Evidence(desk, done.facts)
    reasons = evidence.reasons(
        its.not_counted, {k: gap_told(x.why, desk.language) for k, x in enumerate(its.not_counted)}
    )
    forms = _forms(seen, one, when)
    context = {
        "seen": seen,
        "plan": seen.plan,
        "when": when,
        "words": words,
        "row": row_of(one, its, words),
        "shapes": SHAPES,
        "measure": words.measure(one.measure, partial(_title, evaluations.plans, words)),
        "bars_of": of_history(one, its),
        "series": _series(one, its, words, desk.language),
        "kinds": evidence.kinds(its.rests_on, *opened),
        "reasons": reasons,
        "missing": [gap_told(gap, desk.language) for gap in its.missing],
        "doubts": [gap_told(gap, desk.language) for gap in its.doubts],
        "forms": forms,
        "form": form or _begun(desk, seen, one, when, forms),
        "fields": {name: NOUNS[noun].fields() for name, (noun, _) in _FORMS.items()},
        "names": {name: fields for name, (_, fields) in _FORMS.items()},
        "now_year": _now_year(its.history, when),
        "agencies": seen.plan.agencies,
    }
    return desk.page("plans/indicator.html", context, 422 if form else 200)


def _begun(desk: Desk, seen: Seen, one: Indicator, when: OnDay, forms: list[str]) -> Typed:
    """The form as it begins: the estimate that was entered, or today."""
    name = forms[0] if forms else ""
    today = desk.day(when.today.isoformat())
    if name != "estimate":
        return Typed(name, {"reached": today}, {})
    was = _estimate(desk, seen.plan.id, one.id, when.day.year)
    if was is None:
        return Typed(name, {"estimated": today}, {})
    fields = NOUNS["year_estimate"].fields()
    texts = {field: typed(desk.language, fields[field], was.values[field]) for field in _ESTIMATE}
    return Typed(name, texts | {"estimated": today}, {})


def _series(one: Indicator, its: Evaluated, words: PlanWords, language: str) -> list[Series]:
    if one.measure.kind != "trend":
        return []
    by_id = {component.id: component for component in one.measure.components}
    found = []
    for value in its.components:
        component = by_id[value.id]
        title = component.vi if language == "vi" else component.en
        missing = [gap_told(gap, language) for gap in value.missing]
        found.append(
            Series(title, " ".join(words.measure(component.measure)), value, of_component(value.values), missing)
        )
    return found


def _title(plans: Mapping[str, Plan], words: PlanWords, name: str) -> str:
    found = (one for plan in plans.values() for one in plan.indicators if one.id == name)
    return next((words.words(one.title) for one in found), name)


def _now_year(history: tuple[YearValue, ...], when: OnDay) -> YearValue | None:
    return next((one for one in history if one.year == when.day.year), None)
