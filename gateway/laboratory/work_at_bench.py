"""Which sessions of the bench belong to a work order, and what speaks against one."""

import unicodedata
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import FINISHED, CalibrationSession
from edge_agent.wire.records import record_decoder
from gateway.laboratory.bench_records import BenchSession, sessions_of
from gateway.registry import RecordRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.organisations import SiteRow
from gateway.registry.texts import Title

_DAY_NS = 86_400 * 10**9


def sites_of(session: Session, laboratory: str) -> frozenset[str]:
    """Names of the sites of a laboratory's organisation: what is said elsewhere is not about its orders."""
    its = SiteRow
    query = select(its.name).join(LaboratoryRow, LaboratoryRow.organisation == its.organisation)
    return frozenset(session.scalars(query.where(LaboratoryRow.id == laboratory, its.retired_at == 0)))


def sessions_at_bench(session: Session, order: WorkOrderRow) -> list[BenchSession]:
    """Every session of an order, the one that began last first."""
    sites = sites_of(session, order.laboratory)
    return [one for one in sessions_of(session, order.number) if one.site in sites]


def said_since(session: Session, since: int) -> dict[str, list[tuple[str, CalibrationSession]]]:
    """Number of an order -> site and session, of all that were said after an instant or at most a day before it.

    Args:
        session: Of the registry.
        since: UTC ns; clocks of benches may be behind it.
    """
    its = RecordRow
    found: dict[str, list[tuple[str, CalibrationSession]]] = {}
    noun = str(CalibrationSession.__struct_config__.tag)
    for site, body in session.execute(select(its.site, its.body).where(its.noun == noun, its.at >= since - _DAY_NS)):
        said = record_decoder.decode(body)
        assert isinstance(said, CalibrationSession), "a noun has one type"
        if said.work_order and not said.gone:
            found.setdefault(said.work_order, []).append((site, said))
    return found


def chosen(order: WorkOrderRow, sessions: list[BenchSession]) -> BenchSession | None:
    """The session whose results an order has taken over; before that the only one that is finished."""
    if order.session:
        return next((one for one in sessions if one.session.key == order.session), None)
    finished = [one for one in sessions if one.session.state == FINISHED]
    return finished[0] if len(finished) == 1 else None


def performers(session: Session, order: WorkOrderRow) -> frozenset[str]:
    """Everybody who signed for an order's results: at the bench, and when they were taken over."""
    sessions = sessions_at_bench(session, order)
    if order.session:
        sessions = [one for one in sessions if one.session.key == order.session]
    names = {name for one in sessions for name in signed_at_bench(one)}
    return frozenset(names | ({order.calculated_by} if order.calculated_by else set()))


def signed_at_bench(one: BenchSession) -> frozenset[str]:
    """Who entered anything of a session."""
    said = (one.session, *one.captures, *one.judged.values(), *one.results)
    return frozenset(entry.who for entry in said if entry.who)


def against(order: WorkOrderRow, instrument: InstrumentRow, said: CalibrationSession) -> list[Title]:
    """What speaks against taking a session's results for an order: it was of something else."""
    return list(_against(order, instrument, said))


def _against(order: WorkOrderRow, instrument: InstrumentRow, said: CalibrationSession) -> Iterator[Title]:
    got, expected = said.item.serial_number, instrument.serial_number
    if said.item.registry_id and said.item.registry_id != instrument.id:
        yield Title(
            f"Phiên đo là của phương tiện khác: {said.item.code or said.item.name}. Hãy chọn phiên khác.",
            f"The session is of another instrument: {said.item.code or said.item.name}. Choose another session.",
        )
    elif _plain(got) != _plain(expected):
        yield Title(
            f"Số hiệu ở bàn đo là «{got or '-'}», ở phiếu là «{expected or '-'}». Hãy kiểm tra phương tiện.",
            f"The bench has serial number {got or '-'!r}, the order {expected or '-'!r}. Check the instrument.",
        )
    if order.procedure and said.procedure != order.procedure:
        yield Title(
            f"Quy trình ở bàn đo là {said.procedure}, ở phiếu là {order.procedure}. Hãy sửa phiếu hoặc đo lại.",
            f"The bench used {said.procedure}, the order says {order.procedure}. Correct the order, or measure again.",
        )
    if (order.decision_rule or "") != said.decision_rule:
        yield Title(
            "Quy tắc ra quyết định ở bàn đo khác với phiếu. Hãy sửa phiếu hoặc đo lại.",
            "The bench used another decision rule than the order. Correct the order, or measure again.",
        )


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).casefold().split())
