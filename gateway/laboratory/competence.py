"""Who of a laboratory may perform, review or authorise a procedure on a day.

Decision: where a laboratory has said of nobody that they may, nobody may.
Because: ISO/IEC 17025:2017, 6.2.5 and 6.2.6 want personnel authorised, by name, for each of these activities.
Instead of: everybody until the first row, which makes the first row the one that locks the others out.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.registry import personal
from gateway.registry.laboratory_staff import CompetenceRow
from gateway.registry.roles import Reader

PERFORM, REVIEW, AUTHORISE = "perform", "review", "authorise"
EVERY = "*"


def same_person(one: str, other: str) -> bool:
    """Whether two signatures are one name, however it was typed.

    >>> same_person(" Trần Thị  Lan", "trần thị lan"), same_person("", "")
    (True, False)
    """
    return bool(_name(one)) and _name(one) == _name(other)


def signature_of(session: Session, reader: Reader) -> str:
    """How somebody signs: by their full name, by their account's where they gave none."""
    told = personal.read(session, "account", [reader.account]).get(reader.account, {}) if reader.account else {}
    return str(told.get("full_name", "")).strip() or reader.name


def is_among(name: str, names: Iterable[str]) -> bool:
    """Whether somebody is one of these."""
    return any(same_person(name, one) for one in names)


def competences(session: Session, laboratories: Iterable[str], day: date) -> list[CompetenceRow]:
    """Every competence that holds on a day, by name and procedure.

    Args:
        session: Of the registry.
        laboratories: Ids of their rows.
        day: The local one.
    """
    its, on = CompetenceRow, day.isoformat()
    return list(
        session.scalars(
            select(its)
            .where(its.laboratory.in_(list(laboratories)), its.retired_at == 0)
            .where(its.since <= on, or_(its.until == "", its.until >= on))
            .order_by(its.signs_as, its.procedure, its.since)
        )
    )


def duties_of(row: CompetenceRow) -> frozenset[str]:
    """Keys of ``DUTIES`` that a competence names."""
    told = row.values()["duties"]
    assert isinstance(told, list), "a field of choices"
    return frozenset(str(one) for one in told)


def is_anothers_signature(session: Session, name: str, own: str) -> bool:
    """Whether somebody whose competence was entered signs by a name, and whoever wants to bear it does not yet.

    Else whoever measured takes the reviewer's name, and reviews.

    Args:
        session: Of the registry.
        name: That is wanted.
        own: By which they sign today.
    """
    if same_person(name, own):
        return False
    its = CompetenceRow
    return is_among(name, session.scalars(select(its.signs_as).where(its.retired_at == 0).distinct()))


def is_competent(
    session: Session, laboratory: str, name: str, procedure: str, duty: str, day: date, not_by: str = ""
) -> bool:
    """Whether somebody may do that with a procedure on a day.

    Args:
        session: Of the registry.
        laboratory: Id of its row.
        name: How they sign.
        procedure: Id of the bench's procedure; empty: none was named, so only who may do every one.
        duty: Key of ``DUTIES``.
        day: The local one.
        not_by: Account whose own entries count for nothing: nobody of the staff authorises themselves.
    """
    return any(
        duty in duties_of(row)
        and not (not_by and row.changed_by == not_by)
        and row.procedure in (EVERY, procedure)
        and same_person(name, row.signs_as)
        for row in competences(session, [laboratory], day)
    )


def _name(text: str) -> str:
    """Without what nobody sees: a joiner within a name would make another person of whoever types it."""
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    return " ".join(unicodedata.normalize("NFC", seen.casefold()).split())
