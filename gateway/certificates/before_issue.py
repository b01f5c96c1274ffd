"""What a document still lacks before it can be issued: the standard's rules, and the laboratory's own.

Decision: every rule is looked at before anybody can press a button, and each that is not met is named with its clause.
Because: whoever has to mend five things should read of five, not of the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from calibration.certificate import Certificate, Circumstances, missing
from gateway.certificates.before_verification import LEGAL, Met
from gateway.certificates.certificate import certificate_of
from gateway.certificates.composing import Sources, accepted
from gateway.certificates.content import CALIBRATION, LANGUAGES, TEST, VERIFICATION, Document
from gateway.laboratory.competence import is_among
from gateway.registry.texts import Title

_NOT_OF_TESTS = ("7.8.4",)
"""Clauses of ISO/IEC 17025 that are for calibration certificates alone."""
_WITHOUT_NUMBER = "0"
"""Stands for the number in a draft: it is given when all else is there."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is not met.

    Attributes:
        clause: Which rule: ``7.8.2.1 f`` of ISO/IEC 17025:2017, or another text's.
        words: What is expected, and what to do.
    """

    clause: str
    words: Title


def lacking(document: Document, sources: Sources) -> tuple[Lacking, ...]:
    """All that the document lacks, the standard's clauses first.

    Args:
        document: As it would be issued; without a number in a draft.
        sources: What it was composed from.
    """
    found = list(_by_the_standard(document, sources))
    found += [Lacking(clause, words) for clause, words, met in _OURS if not met(document, sources)]
    if document.kind == VERIFICATION:
        found += [Lacking(clause, words) for clause, words, met in LEGAL if not met(document, sources)]
    is_legal_use = document.kind == CALIBRATION and sources.instrument["legal_use"]
    if is_legal_use and sources.verified_until < document.issued:
        found.append(Lacking("Luật Đo lường, 16", _ONLY_CALIBRATED))
    return tuple(found)


def _by_the_standard(document: Document, sources: Sources) -> Iterator[Lacking]:
    if document.amends is not None and not document.amends.change:
        # An amendment without words cannot even be put together.
        words = Title("Chưa ghi nội dung đã thay đổi. Hãy ghi rõ.", "What was changed is not stated. Write it.")
        yield Lacking("7.8.8.3", words)
    try:
        certificate = as_certificate(document)
    except ValueError as error:
        words = Title(
            f"Kết quả tự mâu thuẫn: {error} Hãy xem lại phiên đo.",
            f"The results contradict themselves: {error} Look at the session.",
        )
        yield Lacking("7.8.2.1 m", words)
        return
    circumstances = Circumstances(
        receipt_matters=True,
        external=frozenset(table.channel for table in document.tables if table.provider),
        conformity_asked=bool(sources.order["decision_rule"]),
    )
    for rule in missing(certificate, circumstances):
        if rule.clause == "7.8.8" or (document.kind == TEST and rule.clause.startswith(_NOT_OF_TESTS)):
            continue
        words = Title(f"Thiếu {rule.vietnamese}.", f"Lacks {rule.english}.")
        yield Lacking(rule.clause, words)


def as_certificate(document: Document) -> Certificate:
    """As the rules look at it: with a number, which comes last.

    Raises:
        ValueError: Results contradict themselves.
    """
    whole = document if document.number else replace(document, number=_WITHOUT_NUMBER)
    if whole.amends is not None and not whole.amends.change:
        whole = replace(whole, amends=None)
    return certificate_of(whole, LANGUAGES[document.languages][0])


def _has_session(_: Document, sources: Sources) -> bool:
    return sources.bench is not None and sources.bench.session.state == "finished"


def _has_versions(document: Document, sources: Sources) -> bool:
    return sources.bench is None or bool(document.software and document.procedure_version and document.procedure_sha256)


def _is_four_eyed(document: Document, _: Document | Sources) -> bool:
    signed = (document.reviewed_by, document.authorised_by)
    return not any(is_among(name, document.performed_by) for name in signed)


def _is_done(document: Document, sources: Sources) -> bool:
    is_signed = bool(document.reviewed_by and document.authorised_by and document.performed_by)
    return is_signed and sources.order["state"] in ("authorised", "issued")


def _are_competent(document: Document, sources: Sources) -> bool:
    day = document.ended or document.issued
    wanted = [(name, "perform", day) for name in document.performed_by]
    wanted += [
        (document.reviewed_by, "review", document.issued),
        (document.authorised_by, "authorise", document.issued),
    ]
    return all(
        any(one.covers(name, duty, document.procedure, when) for one in sources.competences)
        for name, duty, when in wanted
        if name
    )


def _environment_kept(document: Document, sources: Sources) -> bool:
    used = accepted(sources.bench) if sources.bench else ()
    return bool(document.deviations) or not any("environment" in one.why for one in used)


def _captures_as_meant(document: Document, sources: Sources) -> bool:
    """Whether nothing was used that the bench had flagged, unless the deviation is stated."""
    used = accepted(sources.bench) if sources.bench else ()
    flagged = {"not_settled", "unit", "clock_unsure", "reference_overdue"}
    return bool(document.deviations) or not any(flagged & set(one.why) for one in used)


def _standards_in_date(document: Document, _: Sources) -> bool:
    return all(not one.due or one.due >= document.ended for one in document.standards)


def _same_serial(_: Document, sources: Sources) -> bool:
    if sources.bench is None:
        return True
    item, row = sources.bench.session.item, sources.instrument
    both = (item.serial_number, str(row["serial_number"]))
    return both[0].strip().casefold() == both[1].strip().casefold()


def _same_procedure(document: Document, sources: Sources) -> bool:
    wanted = str(sources.order["procedure"])
    return sources.bench is None or wanted in ("", "*", document.procedure)


def _judged_as_agreed(_: Document, sources: Sources) -> bool:
    agreed = str(sources.order["decision_rule"])
    return sources.bench is None or sources.bench.session.decision_rule == agreed


_ONLY_CALIBRATED = Title(
    "Dùng cho mục đích nhóm 2 mà chưa có kiểm định còn hạn. Hãy kiểm định trước khi cấp giấy hiệu chuẩn.",
    "Used for a purpose of group 2, and no verification is in force. Verify it before a calibration is certified.",
)
_OURS: tuple[tuple[str, Title, Met], ...] = (
    (
        "7.5.1",
        Title(
            "Chưa có phiên đo đã kết thúc của phiếu này. Hãy kết thúc ở bàn đo, hoặc chọn một phiên.",
            "There is no finished session of this order. Finish it at the bench, or choose one.",
        ),
        _has_session,
    ),
    (
        "7.11",
        Title(
            "Phiên đo thiếu phiên bản phần mềm hoặc quy trình. Hãy đo lại bằng phần mềm đã phê duyệt.",
            "The session lacks the version of software or procedure. Measure again with released software.",
        ),
        _has_versions,
    ),
    (
        "7.8.1.1",
        Title(
            "Phiếu chưa được soát xét và phê duyệt. Hãy chuyển phiếu qua các bước đó.",
            "The order was not reviewed and authorised. Take it through these steps.",
        ),
        _is_done,
    ),
    (
        "6.2.5",
        Title(
            "Người thực hiện không được soát xét hay phê duyệt. Hãy để người khác làm.",
            "Who did the work may not review or authorise it. Let somebody else.",
        ),
        _is_four_eyed,
    ),
    (
        "6.2.6",
        Title(
            "Có người chưa được giao việc này vào ngày đó. Hãy xem bảng phân công, năng lực.",
            "Somebody was not authorised for this on that day. Look at the competences.",
        ),
        _are_competent,
    ),
    (
        "6.3.1",
        Title(
            "Môi trường ra ngoài giới hạn mà chưa nêu sai khác. Hãy đo lại, hoặc ghi sai khác.",
            "The environment was out of limits, and no deviation is stated. Measure again, or state it.",
        ),
        _environment_kept,
    ),
    (
        "7.2.1.7",
        Title(
            "Có lần đo bị đánh dấu mà chưa nêu sai khác. Hãy đo lại, hoặc ghi sai khác.",
            "A capture that was flagged is used, and no deviation is stated. Measure again, or state it.",
        ),
        _captures_as_meant,
    ),
    (
        "6.4.4",
        Title(
            "Có chuẩn đã quá hạn vào ngày đo. Hãy đo lại bằng chuẩn còn hạn.",
            "A standard was out of date on the day of the work. Measure again with one that is not.",
        ),
        _standards_in_date,
    ),
    (
        "7.4.2",
        Title(
            "Số hiệu ở bàn đo khác số hiệu đã đăng ký. Hãy xem đúng phương tiện chưa.",
            "The serial number at the bench is not the registered one. Look whether it is the same item.",
        ),
        _same_serial,
    ),
    (
        "7.2.1.1",
        Title(
            "Quy trình đã đo khác quy trình của phiếu. Hãy sửa phiếu, hoặc đo lại.",
            "The procedure that was done is not the order's. Correct the order, or measure again.",
        ),
        _same_procedure,
    ),
    (
        "7.1.3",
        Title(
            "Quy tắc ra quyết định ở bàn đo khác thỏa thuận. Hãy sửa phiếu, hoặc đo lại.",
            "The decision rule at the bench is not the agreed one. Correct the order, or measure again.",
        ),
        _judged_as_agreed,
    ),
)
