"""What nouns there are, for programs that do not read the OpenAPI: the import of files, forms, filters."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from gateway.api.permission import TheReader
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Choice
from gateway.registry.fields import Field as NounField
from gateway.registry.nouns import Registered
from gateway.registry.roles import Action, Reader

router = APIRouter(tags=["files"])


class FieldOut(BaseModel):
    """A field of a noun."""

    field: str
    kind: str = Field(description="line, whole, number, flag, day, choice, choices, link", examples=["line"])
    title: dict[str, str]
    required: bool
    personal: bool
    unit: str = Field(description="UCUM code, or VND; empty: none")
    to: str | None = Field(description="Of a link: the noun that it names")
    options: dict[str, dict[str, str]] | None = Field(description="Of a choice: key -> its words")


class NounOut(BaseModel):
    """A noun of the registry."""

    noun: str = Field(examples=["organisation"])
    path: str = Field(description="Behind /api/v1/", examples=["organisations"])
    title: dict[str, str]
    many: dict[str, str]
    group: str = Field(description="Whose permissions hold for it")
    key: list[str] = Field(description="Fields that tell one from another")
    attachments: bool
    may_write: bool = Field(description="Whether you may write some")
    fields: list[FieldOut]


@router.get("/nouns", summary="What the registry knows")
def read_nouns(reader: TheReader) -> list[NounOut]:
    """The nouns of which you may see some, with their fields."""
    seen = [of for of in NOUNS.values() if reader.may(Action.READ, of.noun.group)]
    return [_noun_out(of, reader) for of in sorted(seen, key=lambda of: of.path())]


def _noun_out(of: type[Registered], reader: Reader) -> NounOut:
    return NounOut(
        noun=of.__tablename__,
        path=of.path(),
        title={"vi": of.noun.title.vi, "en": of.noun.title.en},
        many={"vi": of.noun.many.vi, "en": of.noun.many.en},
        group=of.noun.group,
        key=list(of.noun.key),
        attachments=of.noun.has_attachments,
        may_write=reader.may(Action.WRITE, of.noun.group),
        fields=[_field_out(name, one) for name, one in of.all_fields().items()],
    )


def _field_out(name: str, one: NounField) -> FieldOut:
    options = one.options if isinstance(one, Choice) else None
    return FieldOut(
        field=name,
        kind=type(one).__name__.lower(),
        title={"vi": one.title.vi, "en": one.title.en},
        required=one.required,
        personal=bool(one.personal),
        unit=str(getattr(one, "unit", "")),
        to=getattr(one, "to", None),
        options=None if options is None else {key: {"vi": t.vi, "en": t.en} for key, t in options.items()},
    )
