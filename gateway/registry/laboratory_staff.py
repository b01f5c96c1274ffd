"""Who of a laboratory may do what.

Decision: names by which staff sign are not kept apart as personal data are.
Because: they stand on documents that a laboratory has to keep (ISO/IEC 17025:2017, 7.5.1 and 8.4).
"""

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choices, Line, field
from gateway.registry.laboratory_work import LABORATORY, PROCEDURE
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import NOTE, SINCE, UNTIL

DUTIES = {
    "perform": Title("Thực hiện", "Perform"),
    "review": Title("Soát xét", "Review"),
    "authorise": Title("Phê duyệt", "Authorise"),
}


class CompetenceRow(Registered):
    """Somebody of the laboratory who may do a procedure, until when."""

    __tablename__ = "competence"
    noun = Noun(
        title=Title("Năng lực", "Competence"),
        many=Title("Phân công, năng lực", "Competences"),
        group="laboratory",
        key=("laboratory", "signs_as", "procedure", "since"),
        label=("signs_as", "procedure"),
        owner=("laboratory",),
        has_attachments=True,
    )
    laboratory: Mapped[str] = field(LABORATORY)
    signs_as: Mapped[str] = field(
        Line(
            title=Title("Họ tên ký", "Signs as"),
            hint=Title("như ở tài khoản và ở bàn đo", "as in the account and at the bench"),
            required=True,
            searched=True,
            longest=200,
            example="Trần Thị Lan",
        )
    )
    procedure: Mapped[str] = field(
        Line(
            title=PROCEDURE.title,
            hint=PROCEDURE.hint,
            pattern=PROCEDURE.pattern,
            longest=63,
            required=True,
            example="*",
        )
    )
    duties: Mapped[str] = field(
        Choices(title=Title("Được phép", "May"), options=DUTIES, required=True, example=["perform"])
    )
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)
    document: Mapped[str] = field(Line(title=Title("Quyết định số", "Decision number"), longest=100))
    note: Mapped[str] = field(NOTE)
