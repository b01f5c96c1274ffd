"""What a report on a plan is made of, gathered: its evaluation, tasks, what officers say of rows."""

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.indicators.facts import Gap, facts_hash
from gateway.indicators.schema import Plan
from gateway.programme.evaluating import Evaluation
from gateway.programme.plan_tasks import task_standings
from gateway.programme.telling import gap_told
from gateway.registry.nouns import NOUNS
from gateway.registry.organisations import ProvinceRow
from gateway.registry.pilots import FIGURES
from gateway.registry.plan_records import RowCommentRow
from gateway.registry.refusals import NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.tasks import SOURCES
from gateway.registry.texts import Title
from gateway.registry.writing import Writing
from gateway.reports.given import Given, Kind
from gateway.reports.wording import told_of

_CHANGED = Title(
    "Có người vừa sửa nhận xét này, nay là: «{now}». Hãy xem lại rồi bấm Lưu.",
    'Somebody changed this comment meanwhile; it is now: "{now}". Look at it and save again.',
)


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """With what a report is signed off.

    Attributes:
        number: Of the report, as the office's register has it.
        day: When.
        name: Who signs.
    """

    number: str
    day: date
    name: str


def given_of(
    engine: Engine, reader: Reader, evaluation: Evaluation, kind: Kind = "yearly", signature: Signature | None = None
) -> Given:
    """All of it, as somebody may see it.

    Args:
        engine: Of the registry.
        reader: Who asks.
        evaluation: How far the plan is.
        kind: Of report.
        signature: None: it is a draft.
    """
    plan, as_of = evaluation.plan, date.fromisoformat(evaluation.result.as_of)
    with Session(engine) as session:
        comments = comments_of(session, reader, plan, as_of.year)
    return Given(
        plan=plan,
        result=evaluation.result,
        facts=evaluation.facts,
        facts_sha256=facts_hash(evaluation.facts),
        gap=reported,
        kind=kind,
        tasks=task_standings(engine, reader, plan, as_of),
        nouns={name: _both(of.noun.many) for name, of in NOUNS.items()},
        sources={name: _both(title) for name, title in SOURCES.items()},
        figures={name: _both(title) for name, title in FIGURES.items()},
        comments=comments,
        number=signature.number if signature else "",
        signed=signature.day if signature else None,
        signed_by=signature.name if signature else "",
        software=version("nhipdo"),
        gathered=evaluation.gathered,
    )


def reported(gap: Gap, language: str) -> str:
    """A gap as a report says it: what a page asks its reader to do is no part of a report.

    >>> reported(Gap(code="no_records", parts={"of": "club"}), "vi")
    'Chưa có dữ liệu nào về: câu lạc bộ năng suất.'
    """
    return told_of(gap_told(gap, language))


def province_of(session: Session, code: str) -> str:
    """Id of the province in force with a code.

    Raises:
        NoSuchRowError: It is not registered.
    """
    its = ProvinceRow
    found = session.scalar(select(its.id).where(its.code == code, its.until == "", its.retired_at == 0))
    if found is None:
        msg = f"province {code}: is not registered. Run: nhipdo registry provinces"
        raise NoSuchRowError(msg)
    return found


def comments_of(session: Session, reader: Reader, plan: Plan, year: int) -> dict[str, str]:
    """Id of an indicator or task -> what officers say of it in the reports of a year."""
    its = RowCommentRow
    query = select(its.about, its.comment).where(
        its.plan == plan.id, its.year == year, its.retired_at == 0, reader.where(Action.READ, "programme", its)
    )
    return {row.about: row.comment for row in session.execute(query)}


def write_comments(
    writing: Writing, plan: Plan, year: int, comments: dict[str, str], seen: Mapping[str, str] | None = None
) -> int:
    """Keep what is said of rows; an empty comment takes the one that is there out of use. How many changed.

    Args:
        writing: The transaction.
        plan: On which.
        year: Of the reports.
        comments: Id of an indicator or task -> what is to be said of it.
        seen: Id -> what stood there when it was typed; None: whatever is in force.

    Raises:
        NoSuchRowError: The plan's province is not registered.
        gateway.registry.refusals.ForbiddenError: They may not write there.
        WrongValuesError: One is too long, or somebody wrote another meanwhile.
    """
    its, session = RowCommentRow, writing.session
    province = province_of(session, plan.province.code)
    rows = session.scalars(
        select(its).where(
            its.plan == plan.id, its.year == year, its.province == province, its.about.in_(sorted(comments))
        )
    )
    kept = {row.about: row for row in rows}
    n = 0
    for about, comment in comments.items():
        row, text = kept.get(about), plain(comment)
        was = row.comment if row is not None and not row.retired_at else ""
        if text == was:
            continue
        if seen is not None and plain(seen.get(about, was)) != was:
            raise WrongValuesError({about: Title(_CHANGED.vi.format(now=was), _CHANGED.en.format(now=was))})
        n += 1
        if row is None:
            values = {"province": province, "plan": plan.id, "about": about, "year": year, "comment": text}
            writing.make("row_comment", values)
        elif not text:
            writing.retire("row_comment", row.id, None, "")
        else:
            if row.retired_at:
                writing.retire("row_comment", row.id, None, "", back=True)
            writing.change("row_comment", row.id, {"comment": text}, None)
    return n


def plain(text: str) -> str:
    """A text as it is kept, whatever ends its lines where it was typed."""
    return "\n".join(text.splitlines()).strip()


def _both(title: Title) -> dict[str, str]:
    return {"vi": title.vi, "en": title.en}
