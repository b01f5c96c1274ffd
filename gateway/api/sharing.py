"""What is shared with whom: agreements, what left under them and what waits; at the province, who shares what."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.permission import Allow, allow
from gateway.api.rendering import Pages, Renderer
from gateway.api.sent_forms import Sent, TheSent, boxes_of, check_token, values_of
from gateway.api.source import Now, Service, TheService, Zone
from gateway.federation import agreements
from gateway.federation.received import received
from gateway.federation.standing import Left, LeftOnDay, days, left, standing
from gateway.registry import transaction
from gateway.registry.book import Book
from gateway.registry.organisations import OrganisationRow
from gateway.registry.pilots import PilotRow
from gateway.registry.programme import CertificationRow
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.sharing import KINDS, USUAL_KINDS, AgreementRow
from gateway.registry.texts import Title
from gateway.registry.writing import Writing

router = APIRouter(include_in_schema=False, prefix="/sharing")

IN_FORCE, DRAFT, ENDED = "in_force", "draft", "ended"
DAYS_SHOWN = 60
_LONGEST_WHY = 1000
_NOT_YOURS = Title(
    "Chỉ người quản lý của doanh nghiệp đó được đồng ý chia sẻ.", "Only that enterprise's manager can agree to share."
)
_WHY_WANTED = Title("Hãy ghi lý do rút lại.", "Write why it is withdrawn.")


class ByManager(Allow):
    """Lets pass whoever manages an enterprise."""

    def __init__(self) -> None:
        super().__init__(Action.DECIDE, "agreement")

    async def __call__(self, request: Request) -> Reader:
        """Who asks.

        Raises:
            HTTPException: 403, they manage none.
        """
        reader = await super().__call__(request)
        if not agreements.may_decide(reader):
            msg = f"{reader.name}: manages no enterprise, and only its manager decides what it shares. Ask them."
            raise HTTPException(403, msg)
        return reader


by_manager = ByManager()
Reads = Annotated[Reader, Depends(allow(Action.READ, "agreement"))]
Decides = Annotated[Reader, Depends(by_manager)]
AgreementId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["0" * 32])]


class AgreementView(NamedTuple):
    """An agreement as the page shows it.

    Attributes:
        row: As it is registered.
        organisation: Name of the enterprise.
        state: ``in_force``, ``draft`` (nobody agreed to it as it stands) or ``ended``.
        kinds: What is shared, in order.
        sites: Of which; empty: of all.
        left: What left, by kind.
        days: What left, by day, the newest first.
        may_decide: Whether who looks may agree or withdraw.
    """

    row: AgreementRow
    organisation: str
    state: str
    kinds: list[str]
    sites: list[str]
    left: list[Left]
    days: list[LeftOnDay]
    may_decide: bool


class Wrong(NamedTuple):
    """A form that came back: which (an agreement's id, or ``new``), and field -> what is wrong."""

    form: str = ""
    problems: Mapping[str, Title] = {}
    values: Mapping[str, object] = {}


class Asked:
    """Somebody who asks for the page, or sends one of its forms."""

    def __init__(self, request: Request, service: TheService, pages: Pages, now: Now, zone: Zone) -> None:
        self.request, self.now, self.zone = request, now, zone
        self.engine = service.engine
        self._service: Service = service
        self._pages: Renderer = pages

    def page(self, reader: Reader, wrong: Wrong | None = None) -> HTMLResponse:
        """The page; with a form that came back."""
        wrong = wrong or Wrong()
        day = agreements.today(self.now, self.zone)
        book = Book(self.engine, lambda: self.now)
        may_decide = agreements.may_decide(reader)
        values: Mapping[str, Any] = wrong.values or {
            "kinds": USUAL_KINDS,
            "since": day,
            "organisation": self._own(reader),
        }
        with Session(self.engine) as session:
            views = views_of(session, reader, day)
            context = {
                "standing": standing(self.engine),
                "agreements": views,
                "received": received(session, reader),
                "boxes": boxes_of(book, reader, agreements.NOUN, values, wrong.problems) if may_decide else [],
                "kinds": KINDS,
                "nouns": {"pilot": PilotRow.noun.title, "certification": CertificationRow.noun.title},
                "wrong": wrong,
                "day": day,
                "now": self.now,
            }
            return self._pages.page(self.request, "sharing/index.html", context, 422 if wrong.form else 200)

    def _own(self, reader: Reader) -> str:
        """The enterprise of whoever decides for one only."""
        with Session(self.engine) as session:
            its = reader.where(Action.DECIDE, "agreement", OrganisationRow)
            ids = session.scalars(select(OrganisationRow.id).where(its, OrganisationRow.retired_at == 0).limit(2)).all()
        return ids[0] if len(ids) == 1 else ""

    def carry_out(self, form: str, reader: Reader, sent: Sent, values: Mapping[str, object], do: Any) -> Response:
        """Do what a form asks for in one transaction; else the page again, with what is wrong beside its field."""
        try:
            check_token(self.request, sent)
            with transaction(self.engine) as session:
                do(session)
        except AccessError as error:
            return self.page(reader, Wrong(form, {"": error.why}, values))
        except WrongValuesError as error:
            return self.page(reader, Wrong(form, error.problems, values))
        except ForbiddenError:
            return self.page(reader, Wrong(form, {"organisation" if form == "new" else "": _NOT_YOURS}, values))
        except NoSuchRowError as error:
            msg = f"agreement {form}: is not known, or not yours. Look at the page /sharing."
            raise HTTPException(404, msg) from error
        return RedirectResponse("/sharing", 303)


TheAsked = Annotated[Asked, Depends()]


@router.get("")
def show_sharing(asked: TheAsked, reader: Reads) -> HTMLResponse:
    """What is shared with whom."""
    return asked.page(reader)


@router.post("")
def agree(asked: TheAsked, reader: Decides, sent: TheSent) -> Response:
    """A manager agrees to share."""
    values = values_of(AgreementRow, sent)
    return asked.carry_out(
        "new", reader, sent, values, lambda s: agreements.agree(s, reader, asked.now, asked.zone, values)
    )


@router.post("/{agreement}/agree")
def agree_to(asked: TheAsked, agreement: AgreementId, reader: Decides, sent: TheSent) -> Response:
    """A manager agrees to what was drafted or changed."""
    return asked.carry_out(
        agreement, reader, sent, {}, lambda s: agreements.agree_to(s, reader, asked.now, asked.zone, agreement)
    )


@router.post("/{agreement}/withdraw")
def withdraw(asked: TheAsked, agreement: AgreementId, reader: Decides, sent: TheSent) -> Response:
    """A manager takes an agreement back."""
    why = " ".join(sent["why"].split())[:_LONGEST_WHY]

    def take_back(session: Session) -> None:
        Writing(session, reader, asked.now).find(agreements.NOUN, agreement)  # a stranger's does not exist
        if not why:
            raise WrongValuesError({"why": _WHY_WANTED})
        agreements.withdraw(session, reader, asked.now, asked.zone, agreement, why)

    return asked.carry_out(agreement, reader, sent, {}, take_back)


def views_of(session: Session, reader: Reader, day: str) -> list[AgreementView]:
    """The agreements that somebody may see: those in force first, then drafts, then those that have ended."""
    seen = reader.where(Action.READ, "agreement", AgreementRow)
    rows = session.scalars(select(AgreementRow).where(seen).order_by(AgreementRow.id.desc())).all()
    views = [_view(session, reader, row, day) for row in rows]
    order = (IN_FORCE, DRAFT, ENDED)
    return sorted(views, key=lambda view: order.index(view.state))


def _view(session: Session, reader: Reader, row: AgreementRow, day: str) -> AgreementView:
    chosen = row.values()["kinds"]
    assert isinstance(chosen, list)
    kinds = [kind for kind in KINDS if kind in chosen]
    is_over = bool(row.withdrawn_at or row.retired_at or (row.until and row.until < day))
    state = ENDED if is_over else IN_FORCE if agreements.holds(row, day) else DRAFT
    return AgreementView(
        row=row,
        organisation=session.get_one(OrganisationRow, row.organisation).name,
        state=state,
        kinds=kinds,
        sites=sorted(agreements.named_sites(row)),
        left=left(session, row.id, kinds),
        days=days(session, row.id, DAYS_SHOWN),
        may_decide=agreements.may_decide(reader, row.place),
    )
