"""Reports that are signed off: kept with their files and with all that went into them, and worked out again.

Decision: with a report its facts, the plans as they were and the result are kept, compressed.
Because: a plan's file and the registry change; a report of years ago must still be worked out from what it rested on.

Decision: checking a report evaluates its own facts with today's program, and compares every figure.
Because: a program that is mended later may count differently, and whoever answers for the report must be told.
"""

import gzip
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.indicators.facts import Facts, facts_hash
from gateway.indicators.measures import OverPlan
from gateway.indicators.plans import evaluate_plan
from gateway.indicators.results import PlanEvaluated
from gateway.indicators.schema import Plan
from gateway.programme.evaluating import Evaluation
from gateway.programme.report_content import Signature, given_of, province_of
from gateway.programme.report_files import FORMATS, report_file
from gateway.registry.book import Book
from gateway.registry.documents import GZIP, keep_document
from gateway.registry.files import DocumentContentRow, DocumentRow
from gateway.registry.nouns import Registered
from gateway.registry.plan_records import FACTS_FILE, PlanReportRow
from gateway.registry.refusals import ForbiddenError, NoSuchRowError
from gateway.registry.roles import Action, Place, Reader
from gateway.registry.writing import Writing
from gateway.reports.given import Given, Kind

NOUN = "plan_report"
_RESULT = "evaluation.json.gz"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a report rested on.

    Attributes:
        form: Of this file.
        as_of: The day, ISO 8601.
        facts: As they were.
        plan: Id of the plan.
        plans: The plan, and those that it was compared with, as their files said.
    """

    form: str
    as_of: str
    facts: Facts
    plan: str
    plans: dict[str, Any]


class Checked(NamedTuple):
    """Whether a signed report can still be worked out.

    Attributes:
        facts_match: The facts are those whose hash the report bears.
        differs: Ids of indicators that come out differently today; empty: none.
    """

    facts_match: bool
    differs: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is as it was signed."""
        return self.facts_match and not self.differs


def sign_report(
    book: Book,
    engine: Engine,
    reader: Reader,
    evaluation: Evaluation,
    kind: Kind,
    signature: Signature,
    others: dict[str, Plan],
) -> str:
    """Sign a report off, with its files; the id of its row.

    Args:
        book: The registry.
        engine: Of the registry.
        reader: Who signs it off.
        evaluation: How far the plan is.
        kind: Of report.
        signature: Number, day and name.
        others: All plans by id, of which those are kept that it was compared with.

    Raises:
        ForbiddenError: They may not decide there.
        NoSuchRowError: The plan's province is not registered.
        gateway.certificates.typesetting.NotInstalledError: A library of the extra ``documents`` is not there.
        gateway.registry.refusals.WrongValuesError: A report of this kind and day is there already, or a value is wrong.
    """
    with Session(engine) as session:
        province = province_of(session, evaluation.plan.province.code)
    if not reader.may(Action.DECIDE, "programme", Place(province=province)):
        msg = f"{reader.name}: may not sign reports of {evaluation.plan.province.name.en} off"
        raise ForbiddenError(msg)
    given = given_of(engine, reader, evaluation, kind, signature)
    files = [report_file(given, ending) for ending in FORMATS]
    with book.writing(reader) as writing:
        row = _row(writing, _values(given, province))
        for one in files:
            # A print is looked at as any that is sent; text and workbook nobody can send.
            made_as = "" if one.media_type == FORMATS["pdf"] else one.media_type
            keep_document(writing, NOUN, row.id, one.content, file=one.name, made_as=made_as)
        for name, content in (
            (FACTS_FILE, _kept_facts(evaluation, others)),
            (_RESULT, msgspec.json.encode(evaluation.result)),
        ):
            packed = gzip.compress(content, mtime=0)
            keep_document(writing, NOUN, row.id, packed, file=name.removesuffix(".gz"), made_as=GZIP)
        _sign(writing, row.id, signature)
        return row.id


def check_report(engine: Engine, reader: Reader, row_id: str) -> Checked:
    """Whether a signed report still comes out as it was signed.

    Raises:
        NoSuchRowError: There is none that ``reader`` may see, or it is not signed.
    """
    with Session(engine) as session:
        row = Writing(session, reader, 0).find(NOUN, row_id)
        assert isinstance(row, PlanReportRow)
        if not row.is_signed:
            msg = f"report {row_id}: is not signed off, so nothing is kept with it. Sign it off first."
            raise NoSuchRowError(msg)
        kept = msgspec.json.decode(gzip.decompress(_content(session, row_id, FACTS_FILE)), type=Kept)
        result = msgspec.json.decode(gzip.decompress(_content(session, row_id, _RESULT)), type=PlanEvaluated)
        digest = row.facts_sha256
    plans = {name: Plan.model_validate_json(msgspec.json.encode(one)) for name, one in kept.plans.items()}
    again = evaluate_plan(plans[kept.plan], kept.facts, date.fromisoformat(kept.as_of), others=plans)
    then = {one.indicator: one for one in result.indicators}
    now = {one.indicator: one for one in again.indicators}
    differs = tuple(name for name in sorted({*then, *now}) if then.get(name) != now.get(name))
    return Checked(facts_hash(kept.facts) == digest, differs)


def _values(given: Given, province: str) -> dict[str, object]:
    return {
        "province": province,
        "plan": given.plan.id,
        "kind": given.kind,
        "as_of": given.result.as_of,
        "number": given.number,
        "facts_sha256": given.facts_sha256,
    }


def _row(writing: Writing, values: dict[str, object]) -> Registered:
    """A new row; or one of the same report that somebody entered and nobody signed: it must not be in the way."""
    its = PlanReportRow
    key = (getattr(its, name) == values[name] for name in its.noun.key)
    entered = writing.session.scalar(select(its.id).where(*key, its.retired_at == 0, ~its.is_signed))
    return writing.change(NOUN, entered, values, None) if entered else writing.make(NOUN, values)


def _sign(writing: Writing, row: str, signature: Signature) -> None:
    told = {"is_signed": True, "signed": signature.day.isoformat(), "signed_by": signature.name}
    writing.change(NOUN, row, told, None)


def _kept_facts(evaluation: Evaluation, others: dict[str, Plan]) -> bytes:
    plan = evaluation.plan
    compared = {one.measure.plan for one in plan.indicators if isinstance(one.measure, OverPlan)}
    plans = {name: others[name] for name in sorted(compared) if name in others} | {plan.id: plan}
    kept = Kept(
        form="nhipdo-report-facts/1",
        as_of=evaluation.result.as_of,
        facts=evaluation.facts,
        plan=plan.id,
        plans={name: one.model_dump(mode="json") for name, one in plans.items()},
    )
    return msgspec.json.encode(kept, order="deterministic")


def _content(session: Session, row_id: str, name: str) -> bytes:
    its = DocumentRow
    query = (
        select(DocumentContentRow.content)
        .join(its, its.sha256 == DocumentContentRow.sha256)
        .where(its.noun == NOUN, its.row == row_id, its.file == name)
    )
    content = session.scalar(query)
    if content is None:
        msg = f"report {row_id}: {name} is not kept with it. Was the registry restored in part?"
        raise NoSuchRowError(msg)
    return content
