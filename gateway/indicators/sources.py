"""Which records of the registry a measure means, and what is counted of them.

Decision: a measure names records by noun and field, in words that a file can hold.
Because: two plans word one thing in two ways, and the next province in a third.
Instead of: one function for each of sixty indicators.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from gateway.indicators.counted import COUNTED

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
PATH_PATTERN = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"
Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=63)]
PathName = Annotated[str, Field(pattern=PATH_PATTERN, max_length=127)]
"""A field of a record; behind a point a field of what it links to, as in ``training.topic``."""
Label = Annotated[str, Field(min_length=1, max_length=200)]
ANY = "*"
"""In place of values: whatever it is, when it is not empty."""


def _read_wanted(value: object) -> object:
    """Values as they are; whatever else a person may write is told once, with what to do.

    Raises:
        ValueError: It is no list of texts, true and false, and not ``"*"``.
    """
    values = value if isinstance(value, list | tuple) else ()
    if value == ANY or (values and all(isinstance(one, bool | str) for one in values)):
        return value
    msg = f'expected a list of values such as [basic_tool], or "*"; got {str(value)[:60]}. Numbers stand in quotes.'
    raise ValueError(msg)


Wanted = Annotated[tuple[StrictBool | str, ...] | Literal["*"], BeforeValidator(_read_wanted)]
SUCCESS = ("certification", "inhouse_standard", "lot", "accepted_lot", "improvement")
"""What shows that a support worked, of the organisation that was supported: a certificate gained; an in-house standard
declared; a traced lot published with at least one valid event; such a lot that the national portal accepted; a pilot
that was judged ``improved``."""
Success = Literal["certification", "inhouse_standard", "lot", "accepted_lot", "improvement"]


class Strict(BaseModel):
    """Unknown keys are mistakes, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """Some records of the registry.

    Attributes:
        of: Noun, a key of :data:`gateway.indicators.counted.COUNTED`.
        where: Field -> one of these values it has; several fields: all of them hold.
        has_all: Field of several choices -> it holds all of these.
        least: Field of several choices -> it holds so many at least.
        also_has: The organisation must have one of these besides, dated within the same period.
    """

    of: Name
    where: dict[PathName, Wanted] = {}
    has_all: dict[PathName, tuple[str, ...]] = {}
    least: dict[PathName, int] = {}
    also_has: tuple[Success, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.of not in COUNTED:
            msg = f"{self.of} cannot be counted. Choose one of: {', '.join(COUNTED)}."
            raise ValueError(msg)
        return self


class Shown(Strict):
    """Another count that stands beside one: of what that one does not count.

    Attributes:
        vi: What people call it.
        en: The same in English.
        sources: As of :class:`Records`.
    """

    vi: Label
    en: Label
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class Records(Strict):
    """A count of records: of rows (turns), or of distinct things that they name.

    Attributes:
        sources: What counts; a record of any of them.
        count: ``rows``, or the field whose distinct values are counted: ``organisation``, ``person``, ``club`` ...
        beside: Further counts of the same records that are shown and never judged.
        measured_by: What makes a counted record one of those "of which measured", dated within the same period;
            empty: a judged pilot of the organisation (of a pilot: its own judgement). It never reduces the count.
        also_since: First year of a second count of the same records, up to the same day: shown and never judged; for
            a plan that does not say from when on it counts. None: there is none.
        shown: Counts of the same kind of thing by other records, without the things that are counted: name -> what.
    """

    kind: Literal["records"] = "records"
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    count: PathName = "rows"
    beside: tuple[PathName, ...] = ()
    measured_by: tuple[Success, ...] = ()
    also_since: Annotated[int, Field(ge=1990, le=2100)] | None = None
    shown: dict[Name, Shown] = {}
