"""What ISO/IEC 17025 wants a calibration certificate to say, as rules that a program can check."""

from __future__ import annotations

from collections.abc import Callable

from calibration.certificate.certificate import Certificate
from calibration.certificate.parts import Party
from calibration.records import record


@record
class Circumstances:
    """What makes a rule apply that says "where relevant"; the certificate itself cannot know.

    Attributes:
        receipt_matters: Whether the date of receipt is critical to the results.
        sampled: Whether the laboratory took the sample.
        external: Channels whose results came from an external provider.
        conformity_asked: Whether the customer asked for a statement of conformity.
        opinions_asked: Whether the customer asked for opinions and interpretations.
        unmeasurable: Channels that could not be measured before their repair, so that there is nothing as found.
    """

    receipt_matters: bool = False
    sampled: bool = False
    external: frozenset[str] = frozenset()
    conformity_asked: bool = False
    opinions_asked: bool = False
    unmeasurable: frozenset[str] = frozenset()


@record
class Rule:
    """One demand.

    Attributes:
        clause: Of ISO/IEC 17025:2017: ``7.8.2.1 f``.
        english: What must be stated.
        vietnamese: The same.
        met: Whether a certificate states it.
    """

    clause: str
    english: str
    vietnamese: str
    met: Callable[[Certificate, Circumstances], bool]

    def __str__(self) -> str:
        return f"{self.clause}: {self.english}"


def missing(certificate: Certificate, circumstances: Circumstances | None = None) -> tuple[Rule, ...]:
    """The rules that a certificate does not meet, in the order of their clauses.

    Numbering of pages, the mark at the end and the marks of accreditation (7.8.2.1 d) are the printed form's and not
    checked; that there is no recommendation of an interval (7.8.4.3) holds, since there is no place for one.

    Args:
        certificate: Finished, or a draft.
        circumstances: What applies; None: nothing of what is there "where relevant".

    Source:
        ISO/IEC 17025:2017, 7.8.2.1, 7.8.4.1, 7.8.6.2, 7.8.8.

    >>> draft = Certificate(number="K-2024-118", title="Giấy chứng nhận hiệu chuẩn")
    >>> [rule.clause for rule in missing(draft)][:4]
    ['7.8.2.1 b', '7.8.2.1 c', '7.8.2.1 e', '7.8.2.1 f']
    """
    applies = circumstances or Circumstances()
    return tuple(rule for rule in RULES if not rule.met(certificate, applies))


def _address(party: Party) -> bool:
    return bool(party.name and (party.address or party.city))


def _contact(party: Party) -> bool:
    return bool(party.name and (party.address or party.city or party.email or party.phone))


def _item(certificate: Certificate) -> bool:
    item = certificate.instrument
    return bool(item.name and (item.serial or item.identity) and item.condition)


def _external(certificate: Certificate, circumstances: Circumstances) -> bool:
    return all(r.provider for r in certificate.results if r.channel in circumstances.external)


def _measured(certificate: Certificate) -> bool:
    return bool(certificate.results) and all(r.as_found or r.as_left for r in certificate.results)


def _uncertain(certificate: Certificate) -> bool:
    points = [p for r in certificate.results for p in r.as_found + r.as_left]
    return bool(points) and all(p.expanded > 0 for p in points)


def _traceable(certificate: Certificate) -> bool:
    standards = certificate.standards
    return bool(certificate.traceability and standards) and all(s.certificate for s in standards)


def _before_and_after(certificate: Certificate, circumstances: Circumstances) -> bool:
    """The standard wants both "if available"."""
    adjusted = [r for r in certificate.results if r.as_left]
    if not adjusted:
        return not certificate.adjustment
    found = all(r.as_found or r.channel in circumstances.unmeasurable for r in adjusted)
    return bool(certificate.adjustment) and found


def _ruled(certificate: Certificate) -> bool:
    return all(c.channel and c.specification and c.decision_rule for c in certificate.conformity)


RULES = (
    Rule("7.8.2.1 a", "a title", "tên của giấy chứng nhận", lambda c, _: bool(c.title)),
    Rule(
        "7.8.2.1 b",
        "name and address of the laboratory",
        "tên và địa chỉ của phòng hiệu chuẩn",
        lambda c, _: _address(c.laboratory),
    ),
    Rule("7.8.2.1 c", "where the work was done", "nơi thực hiện hiệu chuẩn", lambda c, _: bool(c.place)),
    Rule("7.8.2.1 d", "a unique number", "số nhận biết duy nhất", lambda c, _: bool(c.number)),
    Rule(
        "7.8.2.1 e",
        "name and contact of the customer",
        "tên và thông tin liên hệ của khách hàng",
        lambda c, _: _contact(c.customer),
    ),
    Rule(
        "7.8.2.1 f",
        "the method, with its document",
        "phương pháp hiệu chuẩn và tài liệu của nó",
        lambda c, _: bool(c.methods) and all(m.document for m in c.methods),
    ),
    Rule(
        "7.8.2.1 g",
        "description, identification and condition of the item",
        "mô tả, nhận biết và tình trạng của đối tượng",
        lambda c, _: _item(c),
    ),
    Rule(
        "7.8.2.1 h",
        "the date of receipt, where it matters",
        "ngày tiếp nhận, khi có ảnh hưởng đến kết quả",
        lambda c, o: c.received is not None or not o.receipt_matters,
    ),
    Rule("7.8.2.1 i", "the dates of the work", "ngày thực hiện", lambda c, _: None not in {c.begun, c.ended}),
    Rule("7.8.2.1 j", "the date of issue", "ngày cấp", lambda c, _: c.issued is not None),
    Rule(
        "7.8.2.1 k",
        "the sampling plan, where the laboratory sampled",
        "kế hoạch lấy mẫu, khi phòng hiệu chuẩn lấy mẫu",
        lambda c, o: bool(c.sampling) or not o.sampled,
    ),
    Rule(
        "7.8.2.1 l",
        "that the results relate to the items alone",
        "kết quả chỉ có giá trị với đối tượng đã hiệu chuẩn",
        lambda c, _: c.only_items,
    ),
    Rule("7.8.2.1 m", "results with units", "kết quả kèm đơn vị đo", lambda c, _: _measured(c)),
    Rule(
        "7.8.2.1 n",
        "additions to the method and deviations from it, or that there were none",
        "bổ sung, sai khác so với phương pháp, hoặc không có",
        lambda c, _: all(m.deviations is not None for m in c.methods),
    ),
    Rule("7.8.2.1 o", "who authorised it", "người phê duyệt", lambda c, _: bool(c.authorised_by)),
    Rule(
        "7.8.2.1 p",
        "which results came from external providers",
        "kết quả nào do bên ngoài cung cấp",
        _external,
    ),
    Rule(
        "7.8.4.1 a",
        "the uncertainty of every result",
        "độ không đảm bảo đo của mỗi kết quả",
        lambda c, _: _uncertain(c),
    ),
    Rule(
        "7.8.4.1 b",
        "the conditions that influence the results",
        "điều kiện có ảnh hưởng đến kết quả",
        lambda c, _: bool(c.conditions),
    ),
    Rule(
        "7.8.4.1 c",
        "how the results are traceable, by which certificates of standards",
        "liên kết chuẩn đo lường, theo giấy chứng nhận của chuẩn",
        lambda c, _: _traceable(c),
    ),
    Rule(
        "7.8.4.1 d",
        "results before and after an adjustment or repair",
        "kết quả trước và sau khi hiệu chỉnh hoặc sửa chữa",
        _before_and_after,
    ),
    Rule(
        "7.8.4.1 e",
        "a statement of conformity, where asked for",
        "tuyên bố sự phù hợp, khi được yêu cầu",
        lambda c, o: bool(c.conformity) or not o.conformity_asked,
    ),
    Rule(
        "7.8.4.1 f",
        "opinions and interpretations, where asked for",
        "nhận xét và diễn giải, khi được yêu cầu",
        lambda c, o: bool(c.opinions) or not o.opinions_asked,
    ),
    Rule(
        "7.8.6.2",
        "of each statement of conformity: its results, specification and decision rule",
        "với mỗi tuyên bố sự phù hợp: kết quả, quy định kỹ thuật, quy tắc quyết định",
        lambda c, _: _ruled(c),
    ),
    Rule(
        "7.8.8",
        "what an amendment changed",
        "nội dung đã thay đổi của bản sửa đổi",
        lambda c, _: c.amends is None or bool(c.amends.change),
    ),
)
