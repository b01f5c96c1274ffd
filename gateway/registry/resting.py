"""What rests on what: rows that are needed stay in use, and what belongs to an organisation goes where it goes."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.refusals import WrongValuesError
from gateway.registry.texts import Title


def refuse_if_needed(session: Session, row: Registered) -> None:
    """Refuse to take a row out of use while others in use name it.

    Raises:
        WrongValuesError: They do, or the row is fixed.
    """
    type(row).refuse_retirement(row.values())
    for of in NOUNS.values():
        for name, link in of.links().items():
            if link.to != row.__tablename__ or of is type(row):
                continue
            query = select(func.count()).select_from(of).where(getattr(of, name) == row.id, of.retired_at == 0)
            if count := session.scalar(query):
                raise WrongValuesError(
                    {
                        "": Title(
                            f"Còn {count} {of.noun.many.vi} thuộc về đây. Hãy ngừng dùng chúng trước.",
                            f"{count} {of.noun.many.en} still belong to it. Retire those first.",
                        )
                    }
                )


def is_retired(what: Title) -> Title:
    """Why a row may not begin to name one that is out of use."""
    return Title(
        f"{what.vi} này đã ngừng dùng. Hãy dùng lại bản ghi đó trước, hoặc chọn bản ghi khác.",
        f"This {what.en} is out of use. Take it back into use first, or choose another one.",
    )


def is_taken(of: type[Registered]) -> Title:
    """Why a row may not have the key of another one in use."""
    heads = tuple(of.fields()[name].title for name in of.noun.key)
    vi, en = (", ".join(head[language] for head in heads) for language in ("vi", "en"))
    return Title(
        f"{of.noun.title.vi} khác đã có {vi} này. Hãy sửa bản ghi đó, hoặc điền giá trị khác.",
        f"Another {of.noun.title.en} has this {en}. Change that one, or give another value.",
    )


def move(session: Session, of: type[Registered], ids: Sequence[str]) -> None:
    """What belongs to organisations goes with them into another province."""
    for other in NOUNS.values():
        owner = getattr(other, f"of_{of.__tablename__}")
        now_in = select(of.of_province).where(of.id == owner).correlate(other).scalar_subquery()
        query = update(other).where(owner.in_(ids)).values(of_province=now_in)
        if other is not of:  # it was placed itself
            session.execute(query, execution_options={"synchronize_session": False})
