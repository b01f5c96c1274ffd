"""Roles on the pages of administration: those that an account has, and those that whoever asks may give, and where."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from gateway.access.accounts import Account
from gateway.access.granting import may_grant, places_of
from gateway.access.refusals import AccessError
from gateway.api.registry_pages.desk import Desk
from gateway.api.registry_pages.linking import SOME, Candidate, find
from gateway.api.sent_forms import Sent
from gateway.registry.book import Asked
from gateway.registry.fields import Link
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import ROLE_TITLES, SCOPES, Action, Grant, Role
from gateway.registry.texts import Title, WrongValueError

EVERYWHERE = Title("mọi nơi", "everywhere")
NO_ROLE = ("Không có vai trò này. Hãy chọn từ danh sách.", "There is no such role. Choose one of the list.", "role")
_NO_PLACE = ("Chưa chọn nơi. Hãy chọn một nơi.", "No place was chosen. Choose one.", "place")


class Held(NamedTuple):
    """A role of an account, and where."""

    grant: Grant
    title: Title
    place: str
    may_take: bool


class Offer(NamedTuple):
    """Where a role can be given.

    Attributes:
        role: Which.
        places: ``scope:id`` and name.
        typed: A scope whose places are too many to list, and are typed; empty: none.
    """

    role: Role
    places: list[Candidate]
    typed: str


def held_by(desk: Desk, session: Session, account: Account) -> list[Held]:
    """The roles of an account that whoever asks may know of."""
    everywhere = desk.reader.everywhere(Action.READ, "people")
    places = places_of(session, account.grants)
    return [
        Held(
            one,
            ROLE_TITLES[one.role],
            desk.label(one.scope, one.of) if one.scope else EVERYWHERE[desk.language],
            may_grant(session, desk.reader, one),
        )
        for one in account.grants
        if everywhere or (one in places and desk.reader.may(Action.READ, "people", places[one]))
    ]


def roles_to_give(desk: Desk, session: Session) -> list[Role]:
    """The roles that whoever asks may give somewhere."""
    return [role for role in Role if (offer := offer_of(desk, session, role)) and (offer.places or offer.typed)]


def offer_of(desk: Desk, session: Session, role: str) -> Offer | None:
    """Where a role may be given by whoever asks; None: there is no such role."""
    if role not in set(Role):
        return None
    wanted, places, typed = Role(role), [], ""
    for scope in SCOPES[wanted]:
        if not scope:
            if may_grant(session, desk.reader, Grant(wanted)):
                places.append(Candidate(":", EVERYWHERE[desk.language]))
            continue
        if desk.book.count(desk.reader, scope) > SOME:
            typed = scope
            continue
        for entry in desk.book.page(desk.reader, scope, Asked(limit=SOME)).entries:
            if may_grant(session, desk.reader, Grant(wanted, scope, entry.id)):
                title = NOUNS[scope].noun.title[desk.language]
                places.append(Candidate(f"{scope}:{entry.id}", f"{title}: {entry.label}"))
    return Offer(wanted, places, typed)


def chosen_grant(desk: Desk, role: str, sent: Sent) -> Grant:
    """The role at the place that a form chose.

    Raises:
        AccessError: There is no such role or place.
    """
    if role not in set(Role):
        raise AccessError(*NO_ROLE)
    scope, _, of = sent["place"].partition(":")
    if sent["other"].strip():
        scope = next((one for one in SCOPES[Role(role)] if one), "")
        try:
            of = find(desk, Link(title=NOUNS[scope].noun.title, to=scope), sent["other"].strip())
        except WrongValueError as error:
            raise AccessError(error.why.vi, error.why.en, "other") from error
    elif not sent["place"]:
        raise AccessError(*_NO_PLACE)
    return Grant(Role(role), scope, of)
