"""What a certificate of verification needs beyond ISO/IEC 17025: designation, marks, term, ĐLVN, and that it passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from gateway.certificates.composing import Sources
from gateway.certificates.content import Document
from gateway.certificates.legal_forms import last_of_month
from gateway.laboratory.due import months_after
from gateway.registry.texts import Title

Met = Callable[[Document, Sources], bool]


def _term(document: Document, sources: Sources) -> bool:
    legal = document.legal
    if legal is None or not legal.passed:
        return True
    periodic = sources.term is None or bool(sources.term.get("months"))
    return bool(legal.valid_until) or not periodic


def _no_longer_than_the_period(document: Document, sources: Sources) -> bool:
    legal, months = document.legal, (sources.term or {}).get("months")
    if legal is None or not (months and legal.valid_until and document.ended):
        return True
    return legal.valid_until <= last_of_month(months_after(date.fromisoformat(document.ended), int(months))).isoformat()


LEGAL: tuple[tuple[str, Title, Met], ...] = (
    (
        "Thông tư 24/2013",
        Title(
            "Chưa có quyết định chỉ định còn hiệu lực. Hãy nhập quyết định ở Quyết định chỉ định.",
            "There is no designation in force. Enter the decision among the designations.",
        ),
        lambda document, _: bool(document.legal and document.legal.designation),
    ),
    (
        "Thông tư 24/2013",
        Title(
            "Chưa có số dấu hoặc số tem kiểm định. Hãy ghi ít nhất một số.",
            "Neither stamp nor label has a number. Write one of them at least.",
        ),
        lambda document, _: bool(document.legal and (document.legal.stamp or document.legal.label)),
    ),
    (
        "Thông tư 24/2013",
        Title(
            "Chưa có thời hạn của giấy kiểm định. Hãy ghi ngày, hoặc nhập chu kỳ của loại này.",
            "The verification has no term. Enter the day, or the period of this kind of instrument.",
        ),
        _term,
    ),
    (
        "Thông tư 23/2013",
        Title(
            "Thời hạn dài hơn chu kỳ của loại phương tiện này. Hãy ghi ngày sớm hơn.",
            "The term is longer than the period of this kind of instrument. Enter an earlier day.",
        ),
        _no_longer_than_the_period,
    ),
    (
        "Thông tư 24/2013",
        Title(
            "Phương pháp không phải một văn bản ĐLVN. Hãy ghi số ĐLVN ở phiếu.",
            "The method is no ĐLVN document. Write its number in the order.",
        ),
        lambda document, _: "ĐLVN" in document.method,
    ),
    (
        "Thông tư 24/2013",
        Title(
            "Chưa kết luận đạt ở mọi điểm nên không có giấy kiểm định. Hãy cấp phiếu kết quả thử nghiệm.",
            "Not every point was found to pass, so there is no certificate of verification. Issue a test report.",
        ),
        lambda document, _: bool(document.legal and document.legal.passed),
    ),
)
