"""Indicators that are reached or not: milestones, a signed calculation of TFP, new fields of the laboratories.

Decision: a calculation of TFP counts whenever it is signed, also after the years that it covers.
Because: statistics of a year appear in the year after; until it is signed the target is not met.
"""

from gateway.indicators.case import Case
from gateway.indicators.counting import Tally, Window
from gateway.indicators.facts import Gap, Record, ScopeHeld
from gateway.indicators.measures import Milestone, NewFields, SignedTfp
from gateway.indicators.results import Beside, Evaluated, NotCounted, Ref


def evaluate_milestone(case: Case, measure: Milestone) -> Evaluated:
    """Reached when a row with its document says so, by the indicator's last day."""
    of = (case.plan.id, case.indicator.id)
    rows = case.ledger.rows("milestone")
    ours = [
        (Ref("milestone", one.id), str(one.values.get("reached") or ""), is_proven)
        for one, is_proven in zip(rows.records, rows.proven.tolist(), strict=True)
        if (one.values.get("plan"), one.values.get("indicator")) == of
    ]
    window = case.up_to(case.indicator.until)
    refs, left_out = set[Ref](), []
    for ref, day, is_proven in ours:
        why = _unreached(window, day, is_proven=is_proven)
        if why is None:
            refs.add(ref)
        else:
            left_out.append(NotCounted(ref=ref, why=why))
    lacking = sum(one.why.code in ("no_document", "no_day") for one in left_out)
    beside = tuple(
        Beside(name=name, value=float(Tally(case.ledger, counted).over(case.window).value), unit="rows")
        for name, counted in sorted(measure.beside.items())
    )
    return case.evaluated(
        float(bool(refs)),
        coverage=len(refs) / (len(refs) + lacking) if refs or lacking else None,
        beside=beside,
        rests_on=refs,
        not_counted=tuple(sorted(left_out, key=lambda one: one.ref)),
        missing=[] if ours else [Gap(code="no_milestone")],
    )


def evaluate_signed_tfp(case: Case, _: SignedTfp) -> Evaluated:
    """Reached when a calculation that covers the indicator's years is complete and signed."""
    its = case.indicator
    refs, left_out, late = set[Ref](), [], []
    for one in case.ledger.used("tfp_run"):
        since, until = (int(str(one.values.get(name) or 0)) for name in ("since", "until"))
        if until < its.since or since > its.until:
            continue
        why = _unsigned(case, one, covers=since <= its.since and until >= its.until)
        ref = Ref("tfp_run", one.id)
        if why is None:
            refs.add(ref)
            if _signed_on(one) > f"{its.until:04d}-12-31":
                late.append(Gap(code="signed_after_its_years", parts={"day": _signed_on(one)}))
        else:
            left_out.append(NotCounted(ref=ref, why=why))
    return case.evaluated(
        float(bool(refs)),
        rests_on=refs,
        not_counted=tuple(sorted(left_out, key=lambda one: one.ref)),
        missing=[] if refs or left_out else [Gap(code="no_tfp_run", parts=_years(case))],
        doubts=late,
    )


def evaluate_new_fields(case: Case, measure: NewFields) -> Evaluated:
    """Pairs of kind of work and field that are in the scope, and were not on the base day."""

    def new_on(day: str) -> set[tuple[str, str]]:
        return _fields_on(case.ledger.facts.scope, day) - _fields_on(case.ledger.facts.scope, measure.base)

    if not case.ledger.facts.scope:
        return case.evaluated(None, missing=[Gap(code="no_scope")])
    end = case.window.end
    new = new_on(end)
    lines = [one for one in case.ledger.facts.scope if (one.kind, one.field) in new and _holds(one, end)]
    issued = {
        (str(one.values.get("kind")), str(one.values.get("field")))
        for one in case.ledger.used("certificate")
        if not one.values.get("status") and measure.base < str(one.values.get("issued") or "") <= end
    }
    first = not _fields_on(case.ledger.facts.scope, measure.base)
    return case.evaluated(
        float(len(new)),
        measured=float(len(new & issued)),
        beside=(Beside(name="fields_whatever_work", value=float(len({field for _, field in new})), unit="fields"),),
        history=case.history(lambda window: float(len(new_on(window.end)))),
        rests_on={Ref("scope_entry", one.id) for one in lines},
        doubts=[Gap(code="no_scope_at_base", parts={"day": measure.base})] if first else [],
    )


def _unreached(window: Window, day: str, *, is_proven: bool) -> Gap | None:
    """Why a milestone does not count; None: it does."""
    if not day:
        return Gap(code="no_day")
    if day > window.until:
        return Gap(code="too_late", parts={"day": day})
    if day > window.end:
        return Gap(code="in_the_future", parts={"day": day})
    return None if is_proven else Gap(code="no_document")


def _unsigned(case: Case, run: Record, *, covers: bool) -> Gap | None:
    if not covers:
        return Gap(code="other_years", parts={"since": str(run.values["since"]), "until": str(run.values["until"])})
    if not run.values.get("is_complete"):
        return Gap(code="not_complete")
    if not run.values.get("is_signed"):
        return Gap(code="not_signed")
    if _signed_on(run) > case.as_of.isoformat():
        return Gap(code="in_the_future", parts={"day": _signed_on(run)})
    return None


def _signed_on(run: Record) -> str:
    return str(run.values.get("signed") or run.values.get("computed") or "")


def _years(case: Case) -> dict[str, str]:
    return {"since": str(case.indicator.since), "until": str(case.indicator.until)}


def _holds(line: ScopeHeld, day: str) -> bool:
    return line.since <= day and (not line.until or day <= line.until)


def _fields_on(scope: tuple[ScopeHeld, ...], day: str) -> set[tuple[str, str]]:
    return {(one.kind, one.field) for one in scope if _holds(one, day)}
