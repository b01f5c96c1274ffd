"""The way of a work order through the laboratory, and who may move it.

================== ==================================================== =========
from, to           who                                                  duty
================== ==================================================== =========
received           whoever may write there, or the bench by itself      perform
 - in progress
in progress        whoever may write there                              perform
 - calculated
calculated         whoever may write there, who did not perform         review
 - reviewed
reviewed           whoever may decide there, who did not perform        authorise
 - authorised
authorised         the same, by the document that they issue            authorise
 - issued
any before issued  whoever may write there, with a reason; what was
 - stopped, back   authorised only whoever may decide there
================== ==================================================== =========

Decision: who signed at the bench performed it, and who pressed "calculated" did too.
Because: four eyes see more only when two of them had no part in it (ISO/IEC 17025:2017, 6.2.6 and 7.7.1).

Decision: who reviewed may authorise.
Because: laboratories of three people have no third pair of eyes for every balance; the standard asks for none.
"""

import json
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from gateway.laboratory.competence import AUTHORISE, PERFORM, REVIEW, is_among, is_competent, signature_of
from gateway.laboratory.work_at_bench import performers
from gateway.registry import audit
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.refusals import StaleRowError, WrongValuesError
from gateway.registry.roles import SYSTEM, Action
from gateway.registry.texts import Title
from gateway.registry.writing import Writing

RECEIVED, IN_PROGRESS, CALCULATED, REVIEWED = "received", "in_progress", "calculated", "reviewed"
AUTHORISED, ISSUED, STOPPED = "authorised", "issued", "stopped"
WAY = (RECEIVED, IN_PROGRESS, CALCULATED, REVIEWED, AUTHORISED, ISSUED)
SIGNED_BY = {CALCULATED: "calculated_by", REVIEWED: "reviewed_by", AUTHORISED: "authorised_by"}
"""State -> field that keeps who brought it there."""
DUTY = {IN_PROGRESS: PERFORM, CALCULATED: PERFORM, REVIEWED: REVIEW, AUTHORISED: AUTHORISE, ISSUED: AUTHORISE}
MOVE = "move"
"""Action of the audit."""
_NO_SUCH_WAY = Title(
    "Phiếu không đi thẳng đến bước này được. Hãy xem lại tình trạng của phiếu.",
    "The order cannot go there from where it is. Look at its state again.",
)
_NO_ROLE = Title(
    "Bạn không có vai trò để làm bước này. Hãy nhờ người có thẩm quyền.",
    "You have no role for this step. Ask somebody who has.",
)
_NOT_COMPETENT = {
    PERFORM: Title(
        "Chưa có quyết định cho bạn thực hiện quy trình này hôm nay. Hãy nhờ quản lý phòng ghi năng lực.",
        "Nobody has authorised you to perform this procedure today. Ask the laboratory's head to enter it.",
    ),
    REVIEW: Title(
        "Chưa có quyết định cho bạn soát xét quy trình này hôm nay. Hãy nhờ quản lý phòng ghi năng lực.",
        "Nobody has authorised you to review this procedure today. Ask the laboratory's head to enter it.",
    ),
    AUTHORISE: Title(
        "Chưa có quyết định cho bạn phê duyệt quy trình này hôm nay. Hãy nhờ quản lý phòng ghi năng lực.",
        "Nobody has authorised you to sign for this procedure today. Ask the laboratory's head to enter it.",
    ),
}
_FOUR_EYES = Title(
    "Bạn đã thực hiện phép đo này. Hãy để người khác soát xét, phê duyệt.",
    "You performed this work. Somebody else has to review and authorise it.",
)
_WHY = Title("Bước này cần lý do. Hãy ghi lý do.", "This step needs a reason. Enter it.")
_BY_DOCUMENT = Title(
    "Phiếu thành «Đã cấp» khi cấp giấy. Hãy lập và cấp giấy.",
    "An order is issued by its document. Draw up the document and issue it.",
)


class Move(NamedTuple):
    """A step that an order could take now.

    Attributes:
        to: Key of ``WORK_STATES``.
        is_back: Whether it undoes one; that needs a reason.
        refused: Why who asks may not; None: they may.
    """

    to: str
    is_back: bool
    refused: Title | None


def steps_from(state: str) -> list[tuple[str, bool]]:
    """Where an order can go from a state, and whether that is back; forward first."""
    if state == ISSUED:
        return []
    if state == STOPPED:
        return [(RECEIVED, True)]
    at = WAY.index(state)
    found = [(WAY[at + 1], False)]
    if at:
        found.append((WAY[at - 1], True))
    return [*found, (STOPPED, True)]


def moves(writing: Writing, order: WorkOrderRow, today: date) -> list[Move]:
    """Every step from where an order is, for whoever looks.

    Args:
        writing: Who asks, and the registry; nothing is written.
        order: Which.
        today: The local day.
    """
    return [
        Move(to, back, refusal(writing, order, to, today, back=back))
        for to, back in steps_from(order.state)
        if to != ISSUED
    ]


def refusal(writing: Writing, order: WorkOrderRow, to: str, today: date, *, back: bool) -> Title | None:
    """Why somebody may not bring an order there; None: they may."""
    reader = writing.reader
    decides = to in (AUTHORISED, ISSUED) or (back and order.state == AUTHORISED)
    if not reader.may(Action.DECIDE if decides else Action.WRITE, "laboratory", order.place):
        return _NO_ROLE
    if back or (reader is SYSTEM and to == IN_PROGRESS):  # the bench has said so
        return None
    name = signature_of(writing.session, reader)
    if to in (REVIEWED, AUTHORISED) and _took_part(writing, order, name):
        return _FOUR_EYES
    duty = DUTY[to]
    own = "" if reader.may(Action.DECIDE, "laboratory", order.place) else reader.name
    if not is_competent(writing.session, order.laboratory, name, order.procedure, duty, today, own):
        return _NOT_COMPETENT[duty]
    return None


def move(
    writing: Writing,
    order_id: str,
    to: str,
    *,
    today: date,
    revision: int | None = None,
    why: str = "",
    bench_session: str = "",
) -> WorkOrderRow:
    """Bring an order one step on, back, or to a stop.

    Args:
        writing: Within a transaction, by whom.
        order_id: Which.
        to: Key of ``WORK_STATES``.
        today: The local day.
        revision: That was seen; None: whatever is in force.
        why: Their words; needed for going back, and for results without a session.
        bench_session: Key of the session whose results are taken over; empty: they were found without the bench.

    Raises:
        NoSuchRowError: There is none that may be seen.
        ForbiddenError: It may be seen, and nothing there be written.
        StaleRowError: Somebody moved or changed it meanwhile.
        WrongValuesError: It may not go there, or not by them; ``state`` says why.
    """
    order = writing.find("work_order", order_id, Action.WRITE)
    assert isinstance(order, WorkOrderRow)
    if revision is not None and revision != order.revision:
        raise StaleRowError(order.revision)
    if to == ISSUED:
        raise WrongValuesError({"state": _BY_DOCUMENT})
    steps = dict(steps_from(order.state))
    if to not in steps:
        raise WrongValuesError({"state": _NO_SUCH_WAY})
    back = steps[to]
    if refused := refusal(writing, order, to, today, back=back):
        raise WrongValuesError({"state": refused})
    if (back or (to == CALCULATED and not bench_session)) and not why.strip():
        raise WrongValuesError({"why": _WHY})
    values = _signed(signature_of(writing.session, writing.reader), order.state, to)
    if to == CALCULATED and not back:
        values["session"] = bench_session
    elif to in (RECEIVED, IN_PROGRESS) and back:
        values["session"] = ""
    _settle(writing, order, values | {"state": to}, why)
    return order


def issue(writing: Writing, order_id: str, why: str = "") -> WorkOrderRow:
    """Its document was issued; for whoever issues documents, within the same transaction.

    Raises:
        NoSuchRowError: There is none that may be seen.
        ForbiddenError: Who writes may decide nothing there.
        WrongValuesError: It was not authorised before.
    """
    order = writing.find("work_order", order_id, Action.DECIDE)
    assert isinstance(order, WorkOrderRow)
    if order.state != AUTHORISED:
        raise WrongValuesError({"state": _NO_SUCH_WAY})
    _settle(writing, order, {"state": ISSUED}, why)
    return order


def _took_part(writing: Writing, order: WorkOrderRow, name: str) -> bool:
    """Whether they performed it, by either of their names; a new full name does not make another person of them."""
    reader, its = writing.reader, audit.AuditRow
    done = performers(writing.session, order)
    if is_among(name, done) or is_among(reader.name, done):
        return True
    rows = writing.session.execute(
        select(its.account, its.after)
        .where(its.noun == order.__tablename__, its.row == order.id, its.action == MOVE)
        .order_by(its.number)
    )
    took_over = [account for account, after in rows if json.loads(after).get("state") == CALCULATED]
    return bool(reader.account) and reader.account in took_over[-1:]


def _signed(name: str, state: str, to: str) -> dict[str, str]:
    """Who brought it there; what was signed behind that place is signed no more."""
    if to not in WAY:
        return {}
    left = WAY[WAY.index(to) + 1 :] if state != STOPPED else WAY
    signed = {SIGNED_BY[one]: "" for one in left if one in SIGNED_BY}
    if to in SIGNED_BY and state in WAY and WAY.index(to) > WAY.index(state):
        signed[SIGNED_BY[to]] = name
    return signed


def _settle(writing: Writing, order: WorkOrderRow, values: dict[str, str], why: str) -> None:
    """Fields that no form writes, with who and when."""
    changed = {name: value for name, value in values.items() if getattr(order, name) != value}
    before = {name: getattr(order, name) for name in changed}
    for name, value in changed.items():
        setattr(order, name, value)
    order.revision += 1
    order.changed_at, order.changed_by = writing.at, writing.reader.name
    audit.note(
        writing.session,
        writing.reader,
        writing.at,
        MOVE,
        order.__tablename__,
        order.id,
        place=order.place,
        before=before,
        after=changed,
        why=why,
    )
