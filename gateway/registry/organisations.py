"""Who and where: provinces, communes, agencies, organisations and their sites.

Decision: a site whose name edges speak with already is registered by who may write every organisation.
Because: what they have sent becomes its organisation's with the row, and a manager could claim another's machines.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session

from edge_agent.wire.topics import GATEWAY
from gateway.registry.fields import Choice, Flag, Line, Link, Value, field
from gateway.registry.models import EdgeRow
from gateway.registry.nouns import Noun, Registered
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title, WrongValueError
from gateway.registry.usual import NAME, NOTE, ORGANISATION, PROVINCE, SINCE, UNTIL

ORGANISATION_KINDS = {
    "enterprise": Title("Doanh nghiệp", "Enterprise"),
    "branch": Title("Chi nhánh", "Branch"),
    "household": Title("Hộ kinh doanh", "Household business"),
    "cooperative": Title("Hợp tác xã", "Cooperative"),
    "school": Title("Trường học", "School"),
    "hospital": Title("Bệnh viện, cơ sở y tế", "Hospital or clinic"),
    "testing_centre": Title("Trung tâm đo lường, thử nghiệm", "Testing centre"),
    "other": Title("Khác", "Other"),
}
SITE_KINDS = {
    "factory": Title("Nhà máy, xưởng", "Factory"),
    "hospital": Title("Bệnh viện", "Hospital"),
    "school": Title("Trường học", "School"),
    "farm": Title("Trang trại", "Farm"),
    "laboratory": Title("Phòng thí nghiệm", "Laboratory"),
    "other": Title("Khác", "Other"),
}
_CODE_HINT = Title(
    "10 chữ số (doanh nghiệp), 13 (chi nhánh), 12 (số định danh cá nhân của chủ hộ) hoặc mã đơn vị",
    "10 digits (enterprise), 13 (branch), 12 (personal number of a household's owner) or a unit's code",
)
_NO_ZERO = re.compile("[0-9]{9}(?:-[0-9]{3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCode(Line):
    """The code of an organisation; a branch's 13 digits may be written with a hyphen before the last three."""

    def understood(self, value: object) -> Value:
        text = str(value).strip()
        if _NO_ZERO.fullmatch(text):
            raise WrongValueError(
                f"«{text}» thiếu một chữ số: bảng tính hay bỏ số 0 ở đầu. Nếu vậy hãy viết «0{text}».",
                f"{text!r} lacks a digit: spreadsheets drop a leading 0. If it is so, write {'0' + text!r}.",
            )
        code = str(Line.understood(self, text))
        return code.replace("-", "") if code[0].isdigit() else code


class ProvinceRow(Registered):
    """A province or centrally run city; one that was merged has an end and a successor."""

    __tablename__ = "province"
    noun = Noun(
        title=Title("Tỉnh, thành phố", "Province"),
        many=Title("Tỉnh, thành phố", "Provinces"),
        group="places",
        key=("code", "since"),
        label=("name",),
        is_scope=True,
    )
    code: Mapped[str] = field(
        Line(
            title=Title("Mã", "Code"),
            pattern="[0-9]{2}",
            required=True,
            searched=True,
            example="82",
            hint=Title("hai chữ số của mã hành chính", "two digits of the administrative code"),
        )
    )
    name: Mapped[str] = field(NAME)
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)
    successor: Mapped[str | None] = field(
        Link(title=Title("Nhập vào", "Merged into"), to="province", also=("Tỉnh kế thừa",))
    )


class CommuneRow(Registered):
    """A commune, ward or special zone, for as long as it exists."""

    __tablename__ = "commune"
    noun = Noun(
        title=Title("Xã, phường", "Commune"),
        many=Title("Xã, phường, đặc khu", "Communes"),
        group="places",
        key=("code", "since"),
        label=("name",),
        owner=("province",),
    )
    code: Mapped[str] = field(
        Line(
            title=Title("Mã", "Code"),
            pattern="[0-9]{5}",
            required=True,
            searched=True,
            example="29884",
            hint=Title("năm chữ số của mã hành chính", "five digits of the administrative code"),
        )
    )
    name: Mapped[str] = field(NAME)
    province: Mapped[str] = field(PROVINCE)
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)
    successor: Mapped[str | None] = field(Link(title=Title("Nhập vào", "Merged into"), to="commune"))


class AgencyRow(Registered):
    """A department, committee or office that reports on tasks."""

    __tablename__ = "agency"
    noun = Noun(
        title=Title("Cơ quan", "Agency"),
        many=Title("Cơ quan", "Agencies"),
        group="places",
        key=("province", "name", "since"),
        label=("name",),
        owner=("province",),
        is_scope=True,
        path="agencies",
    )
    name: Mapped[str] = field(NAME)
    abbreviation: Mapped[str] = field(
        Line(title=Title("Viết tắt", "Abbreviation"), longest=40, searched=True, example="Sở KH&CN")
    )
    province: Mapped[str] = field(PROVINCE)
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)
    successor: Mapped[str | None] = field(Link(title=Title("Cơ quan kế thừa", "Successor"), to="agency"))


class OrganisationRow(Registered):
    """An enterprise, branch, household business, school, hospital or centre."""

    __tablename__ = "organisation"
    noun = Noun(
        title=Title("Tổ chức", "Organisation"),
        many=Title("Tổ chức", "Organisations"),
        group="organisation",
        key=("code",),
        label=("name",),
        owner=("province",),
        is_scope=True,
        has_attachments=True,
    )
    code: Mapped[str] = field(
        OrganisationCode(
            title=Title("Mã số", "Code"),
            pattern=r"[0-9]{10}|[0-9]{12}|[0-9]{13}|[0-9]{10}-[0-9]{3}|[A-Z][A-Z0-9.-]{2,29}",
            required=True,
            searched=True,
            example="1400123456",
            hint=_CODE_HINT,
            also=("Mã số thuế", "MST", "Mã số doanh nghiệp", "Tax code"),
        )
    )
    name: Mapped[str] = field(NAME)
    kind: Mapped[str] = field(
        Choice(title=Title("Loại hình", "Kind"), options=ORGANISATION_KINDS, required=True, example="enterprise")
    )
    province: Mapped[str] = field(PROVINCE)
    industry: Mapped[str] = field(
        Line(
            title=Title("Ngành (VSIC)", "Industry (VSIC)"),
            pattern="[A-U]?[0-9]{0,5}",
            longest=6,
            example="C1020",
            hint=Title("mã ngành VSIC, ví dụ C1020", "a VSIC code such as C1020"),
        )
    )
    is_key_product: Mapped[bool] = field(Flag(title=Title("Sản phẩm chủ lực", "Key product")))
    is_special_product: Mapped[bool] = field(Flag(title=Title("Sản phẩm đặc thù", "Special product")))
    is_ocop: Mapped[bool] = field(Flag(title=Title("OCOP", "OCOP")))
    is_high_risk: Mapped[bool] = field(Flag(title=Title("Sản phẩm rủi ro cao", "High-risk product")))
    is_key_export: Mapped[bool] = field(Flag(title=Title("Xuất khẩu chủ lực", "Key export")))
    note: Mapped[str] = field(NOTE)


class PlacementRow(Registered):
    """In which commune an organisation was, from when to when."""

    __tablename__ = "placement"
    noun = Noun(
        title=Title("Địa bàn", "Placement"),
        many=Title("Địa bàn của tổ chức", "Placements"),
        group="organisation",
        key=("organisation", "since"),
        owner=("organisation",),
    )
    organisation: Mapped[str] = field(ORGANISATION)
    commune: Mapped[str] = field(Link(title=Title("Xã, phường", "Commune"), to="commune", required=True))
    address: Mapped[str] = field(Line(title=Title("Địa chỉ", "Address"), searched=True))
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)


class SiteRow(Registered):
    """A place of an organisation; its ``name`` is the one that its edges say in their topics."""

    __tablename__ = "site"
    noun = Noun(
        title=Title("Cơ sở", "Site"),
        many=Title("Cơ sở", "Sites"),
        group="organisation",
        key=("name",),
        label=("title",),
        owner=("organisation",),
    )
    name: Mapped[str] = field(
        Line(
            title=Title("Tên ngắn", "Short name"),
            pattern="[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
            required=True,
            searched=True,
            longest=63,
            example="sa-dec",
            hint=Title(
                "chữ thường, số, gạch nối; như trong agent.toml", "small letters, digits, hyphens; as in agent.toml"
            ),
        )
    )
    title: Mapped[str] = field(NAME)
    organisation: Mapped[str] = field(ORGANISATION)
    kind: Mapped[str] = field(Choice(title=Title("Loại", "Kind"), options=SITE_KINDS, required=True, example="factory"))
    address: Mapped[str] = field(Line(title=Title("Địa chỉ", "Address"), searched=True))
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        if read["name"] != GATEWAY:
            return {}
        why = Title(
            f"«{GATEWAY}» là tên mà các máy chủ dùng để báo trạng thái. Hãy chọn tên khác.",
            f'"{GATEWAY}" is the name under which gateways say how they are. Choose another.',
        )
        return {"name": why}

    def refuse_claim(self, session: Session, reader: Reader) -> None:
        if reader.everywhere(Action.WRITE, self.noun.group):
            return
        with session.no_autoflush:
            speaks = session.scalar(select(EdgeRow.edge).where(EdgeRow.site == self.name).limit(1))
            was_theirs = session.scalar(
                select(SiteRow.id).where(
                    SiteRow.name == self.name, SiteRow.organisation == self.organisation, SiteRow.id != self.id
                )
            )
        if speaks is None or was_theirs is not None:
            return
        raise WrongValuesError(
            {
                "name": Title(
                    f"Thiết bị biên đã gửi số liệu dưới tên «{self.name}». Hãy nhờ quản trị đăng ký cơ sở này.",
                    f"Edges have sent data under the name {self.name!r}. Ask an administrator to register the site.",
                )
            }
        )
