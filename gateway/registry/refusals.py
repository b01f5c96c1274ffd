"""Why something cannot be written."""

from collections.abc import Mapping

from gateway.registry.texts import Title


class NoSuchRowError(LookupError):
    """There is no such row, or none that who asks may see."""


class ForbiddenError(Exception):
    """Who asks may see the row, and may not do this with it."""


class StaleRowError(Exception):
    """Somebody else has changed the row since it was read.

    Attributes:
        revision: The one in force.
    """

    def __init__(self, revision: int) -> None:
        super().__init__(f"revision {revision} is in force")
        self.revision = revision


class WrongValuesError(ValueError):
    """Values that cannot be taken.

    Attributes:
        problems: Field -> what is wrong; the empty name: with the row as a whole.
    """

    def __init__(self, problems: Mapping[str, Title]) -> None:
        super().__init__("; ".join(f"{name or 'row'}: {why.en}" for name, why in problems.items()))
        self.problems = dict(problems)
