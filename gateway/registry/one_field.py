"""What all kinds of fields have in common."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.types import TypeEngine

from gateway.registry.texts import Title, WrongValueError

Value = str | int | float | bool | list[str] | None
"""What a field holds: JSON's own types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that is known of a noun.

    Attributes:
        title: Its name on a form and the head of its column.
        hint: What to write there.
        required: Whether it may not be empty.
        personal: For what a person's datum is kept; empty: it is about nobody.
        searched: Whether it is found by the search.
        also: Further heads of a column that mean this field.
        example: For the template and the API.
    """

    title: Title
    hint: Title | None = None
    required: bool = False
    personal: str = ""
    searched: bool = False
    also: tuple[str, ...] = ()
    example: Value = ""

    def read(self, value: object) -> Value:
        """The value in its one form; text of a form or a cell is understood as people write it.

        Raises:
            WrongValueError: It cannot be taken.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            if self.required:
                raise WrongValueError("Chưa có giá trị. Hãy điền ô này.", "Nothing was given. Fill this in.")
            return self.empty
        return self.understood(value)

    def understood(self, value: object) -> Value:
        """As :meth:`read`, of something that is not empty."""
        raise NotImplementedError

    @property
    def empty(self) -> Value:
        """What stands for nothing."""
        return None

    def column(self) -> TypeEngine[Any]:
        """How it is kept."""
        raise NotImplementedError

    def kept(self, value: Value) -> Any:
        """As the column takes it."""
        return value

    def told(self, kept: Any) -> Value:
        """As it was read, from the column."""
        return kept  # type: ignore[no-any-return]
