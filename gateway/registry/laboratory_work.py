"""The laboratory's work: requests and work orders.

Decision: a work order's state is a field that no form changes; ``gateway.laboratory`` moves it, and says who did.
Because: that who calibrated cannot authorise (four eyes) is a rule on the way, not on a value.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from sqlalchemy.orm import Mapped

from gateway.registry.certified import CERTIFICATE_KINDS
from gateway.registry.fields import Choice, Day, Flag, Line, Link, Value, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.refusals import WrongValuesError
from gateway.registry.texts import Title
from gateway.registry.usual import NOTE, NUMBER

LABORATORY = Link(title=Title("Phòng thí nghiệm", "Laboratory"), to="laboratory", required=True)
DECISIONS = {
    "taken": Title("Đã nhận", "Taken"),
    "declined": Title("Từ chối", "Declined"),
    "forwarded": Title("Chuyển đơn vị khác", "Forwarded to another body"),
}
PLACES = {
    "laboratory": Title("Tại phòng thí nghiệm", "At the laboratory"),
    "customer": Title("Tại nơi khách hàng", "At the customer's"),
}
WORK_STATES = {
    "received": Title("Đã tiếp nhận", "Received"),
    "in_progress": Title("Đang thực hiện", "In progress"),
    "calculated": Title("Đã tính kết quả", "Calculated"),
    "reviewed": Title("Đã soát xét", "Reviewed"),
    "authorised": Title("Đã phê duyệt", "Authorised"),
    "issued": Title("Đã cấp", "Issued"),
    "stopped": Title("Dừng, trả lại", "Stopped and returned"),
}
"""What was issued can be amended or withdrawn: that is a state of the document."""
RECEIVED = "received"
MOVED = frozenset({"state", "session", "calculated_by", "reviewed_by", "authorised_by"})
"""Fields of a work order that only its way through the laboratory writes."""
AGREED = frozenset(
    {"laboratory", "number", "kind", "request", "instrument", "received", "condition", "place_of_work", "address"}
    | {"procedure", "method", "decision_rule", "next_due_agreed", "external"}
)
"""Fields of a work order on which its results rest; by its number the bench names it, and who measured is known."""
_BEFORE_RESULTS = ("received", "in_progress", "stopped")
_MOVED_BY_FORM = Title(
    "Ô này do hệ thống ghi. Hãy dùng các nút ở trang phiếu công việc.",
    "The system writes this field. Use the buttons on the work order's page.",
)
_RESULTS_REST_ON_IT = Title(
    "Kết quả đã tính dựa vào ô này. Hãy lùi phiếu một bước rồi sửa.",
    "The results rest on this field. Take the order back a step first, then change it.",
)
DECISION_RULES = {
    "simple_acceptance": Title("Chấp nhận đơn giản", "Simple acceptance"),
    "guard_band": Title("Dải bảo vệ w = U", "Guard band w = U"),
    "non_binary": Title("Không nhị phân, w = U", "Non-binary, w = U"),
    "iso_14253_1": Title("TCVN ISO 14253-1", "ISO 14253-1"),
}
PROCEDURE = Line(
    title=Title("Quy trình", "Procedure"),
    hint=Title("mã quy trình ở bàn đo; * là mọi quy trình", "id of the bench's procedure; * is every one"),
    pattern=r"\*|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    longest=63,
    example="analytical-balance",
)
_RULE = Choice(
    title=Title("Quy tắc ra quyết định đã thỏa thuận", "Decision rule agreed on"),
    options=DECISION_RULES,
    hint=Title("trống: không tuyên bố phù hợp", "empty: no statement of conformity"),
)
_PRICE = Whole(title=Title("Giá", "Price"), unit="VND")
_KIND = Choice(title=Title("Loại việc", "Kind"), options=CERTIFICATE_KINDS, required=True, example="calibration")


class CalibrationRequestRow(Registered):
    """Somebody asks the laboratory for work; it is taken, declined or forwarded, with a reason and a day."""

    __tablename__ = "calibration_request"
    noun = Noun(
        title=Title("Phiếu yêu cầu", "Request"),
        many=Title("Phiếu yêu cầu", "Requests"),
        group="laboratory",
        key=("laboratory", "number"),
        label=("number", "customer_name"),
        owner=("laboratory",),
        has_attachments=True,
    )
    laboratory: Mapped[str] = field(LABORATORY)
    number: Mapped[str] = field(NUMBER)
    kind: Mapped[str] = field(_KIND)
    received: Mapped[str] = field(
        Day(title=Title("Ngày nhận yêu cầu", "Received"), required=True, example="2026-11-02")
    )
    customer: Mapped[str | None] = field(
        Link(
            title=Title("Khách hàng trong danh mục", "Customer of the list"),
            to="organisation",
            hint=Title("khi có trong danh mục", "where it is in the list"),
        )
    )
    customer_name: Mapped[str] = field(
        Line(title=Title("Tên khách hàng", "Customer"), required=True, searched=True, longest=300)
    )
    customer_contact: Mapped[str] = field(
        Line(title=Title("Địa chỉ, liên hệ của khách hàng", "Customer's address and contact"), longest=500)
    )
    items: Mapped[str] = field(
        Line(title=Title("Phương tiện đo và yêu cầu", "Instruments and what is wanted"), longest=5_000, many_lines=True)
    )
    wanted_by: Mapped[str] = field(Day(title=Title("Khách cần trước ngày", "Wanted by")))
    decision: Mapped[str] = field(
        Choice(
            title=Title("Xử lý", "Decision"),
            options=DECISIONS,
            hint=Title("trống: chưa trả lời", "empty: not answered yet"),
        )
    )
    decided: Mapped[str] = field(Day(title=Title("Ngày trả lời", "Decided on")))
    reason: Mapped[str] = field(
        Line(
            title=Title("Lý do", "Reason"),
            hint=Title("khi từ chối hoặc chuyển", "where declined or forwarded"),
            longest=2_000,
            many_lines=True,
        )
    )
    forwarded_to: Mapped[str] = field(Line(title=Title("Chuyển đến", "Forwarded to"), longest=300))
    decision_rule: Mapped[str] = field(_RULE)
    next_due_agreed: Mapped[bool] = field(
        Flag(
            title=Title("Khách muốn ghi hạn trên giấy", "Customer wants a due day on the certificate"),
            hint=Title("không thì không ghi (17025, 7.8.4.3)", "else none is stated (17025, 7.8.4.3)"),
        )
    )
    review: Mapped[str] = field(
        Line(
            title=Title("Soát xét hợp đồng", "Contract review"),
            hint=Title("phương pháp, năng lực, thầu phụ, khác biệt", "method, capability, subcontracting, differences"),
            longest=5_000,
            many_lines=True,
        )
    )
    price: Mapped[int | None] = field(_PRICE)
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        wrong = {}
        decision, decided = read.get("decision"), str(read.get("decided") or "")
        if decision and not decided:
            wrong["decided"] = Title(
                "Đã xử lý mà chưa có ngày. Hãy ghi ngày trả lời.", "It is decided without a day. Enter the day."
            )
        elif decided and decided < str(read.get("received") or ""):
            wrong["decided"] = Title(
                f"Trả lời {decided} trước ngày nhận {read['received']}. Hãy sửa một trong hai.",
                f"Decided on {decided}, before it was received on {read['received']}. Correct one of them.",
            )
        if decision in ("declined", "forwarded") and not read.get("reason"):
            wrong["reason"] = Title(
                "Từ chối hoặc chuyển thì cần lý do. Hãy ghi lý do.",
                "What is declined or forwarded needs a reason. Enter it.",
            )
        if decision == "forwarded" and not read.get("forwarded_to"):
            wrong["forwarded_to"] = Title(
                "Chưa rõ chuyển đến đâu. Hãy ghi tên đơn vị.", "Nobody can tell to whom. Enter the body's name."
            )
        return wrong


class WorkOrderRow(Registered):
    """Work on one instrument, from its receipt to the issued document."""

    __tablename__ = "work_order"
    noun = Noun(
        title=Title("Phiếu công việc", "Work order"),
        many=Title("Phiếu công việc", "Work orders"),
        group="laboratory",
        key=("laboratory", "number"),
        label=("number",),
        owner=("laboratory",),
        has_attachments=True,
    )
    laboratory: Mapped[str] = field(LABORATORY)
    number: Mapped[str] = field(NUMBER)
    kind: Mapped[str] = field(_KIND)
    request: Mapped[str | None] = field(Link(title=Title("Phiếu yêu cầu", "Request"), to="calibration_request"))
    instrument: Mapped[str] = field(Link(title=Title("Phương tiện đo", "Instrument"), to="instrument", required=True))
    state: Mapped[str] = field(
        Choice(title=Title("Tình trạng", "State"), options=WORK_STATES, required=True, example="received")
    )
    received: Mapped[str] = field(Day(title=Title("Ngày nhận mẫu", "Received"), required=True, example="2026-11-03"))
    condition: Mapped[str] = field(
        Line(
            title=Title("Tình trạng khi nhận", "Condition on receipt"),
            hint=Title("bình thường, hoặc hư hỏng gì", "normal, or what is damaged"),
            required=True,
            longest=500,
            example="bình thường",
        )
    )
    accessories: Mapped[str] = field(Line(title=Title("Phụ kiện kèm theo", "Accessories"), longest=500))
    place_of_work: Mapped[str] = field(
        Choice(title=Title("Nơi thực hiện", "Where"), options=PLACES, required=True, example="laboratory")
    )
    address: Mapped[str] = field(
        Line(title=Title("Địa chỉ nơi thực hiện", "Address there"), hint=Title("khi tại khách hàng", "at a customer's"))
    )
    procedure: Mapped[str] = field(PROCEDURE)
    method: Mapped[str] = field(
        Line(
            title=Title("Văn bản phương pháp", "Document of the method"),
            longest=300,
            hint=Title("số ĐLVN, TCVN hoặc quy trình nội bộ", "ĐLVN, TCVN or the laboratory's own document"),
        )
    )
    decision_rule: Mapped[str] = field(_RULE)
    next_due_agreed: Mapped[bool] = field(
        Flag(title=Title("Khách muốn ghi hạn trên giấy", "Customer wants a due day on the certificate"))
    )
    assigned_to: Mapped[str] = field(Line(title=Title("Người thực hiện", "Assigned to"), longest=200, searched=True))
    promised: Mapped[str] = field(Day(title=Title("Hẹn trả", "Promised for")))
    session: Mapped[str] = field(
        Line(
            title=Title("Phiên đo ở bàn đo", "Session at the bench"),
            hint=Title("hệ thống tự ghi", "filled in by the system"),
            longest=100,
        )
    )
    external: Mapped[str] = field(
        Line(
            title=Title("Kết quả do bên ngoài cung cấp", "Results from an external provider"),
            hint=Title("tên đơn vị; trống: tự làm hết", "its name; empty: all of it is our own"),
            longest=300,
        )
    )
    seals: Mapped[str] = field(Line(title=Title("Số niêm phong, tem", "Seals and labels"), longest=300))
    price: Mapped[int | None] = field(_PRICE)
    calculated_by: Mapped[str] = field(Line(title=Title("Người tính kết quả", "Calculated by"), longest=200))
    reviewed_by: Mapped[str] = field(Line(title=Title("Người soát xét", "Reviewed by"), longest=200))
    authorised_by: Mapped[str] = field(Line(title=Title("Người phê duyệt", "Authorised by"), longest=200))
    returned: Mapped[str] = field(Day(title=Title("Ngày trả mẫu", "Returned")))
    returned_to: Mapped[str] = field(Line(title=Title("Người nhận lại", "Handed to"), longest=200))
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        received = str(read.get("received") or "")
        for name in ("promised", "returned"):
            day = str(read.get(name) or "")
            if day and day < received:
                return {
                    name: Title(
                        f"{cls.fields()[name].title.vi} {day} trước ngày nhận {received}. Hãy sửa một trong hai.",
                        f"{cls.fields()[name].title.en} {day}, before it was received on {received}. "
                        "Correct one of them.",
                    )
                }
        return {}

    @classmethod
    def refuse_new(cls, read: Mapping[str, Value]) -> None:
        empty = {"state": RECEIVED} | dict.fromkeys(MOVED - {"state"}, "")
        if wrong := sorted(name for name in MOVED if read.get(name) != empty[name]):
            raise WrongValuesError(dict.fromkeys(wrong, _MOVED_BY_FORM))

    @classmethod
    def refuse_change(cls, before: Mapping[str, Value], changed: AbstractSet[str]) -> None:
        wrong = dict.fromkeys(sorted(changed & MOVED), _MOVED_BY_FORM)
        if before["state"] not in _BEFORE_RESULTS:
            wrong |= dict.fromkeys(sorted(changed & AGREED), _RESULTS_REST_ON_IT)
        if wrong:
            raise WrongValuesError(wrong)
