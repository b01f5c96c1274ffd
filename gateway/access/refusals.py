"""Why something about accounts cannot be done; said in both languages."""

from gateway.registry.texts import Title


class AccessError(Exception):
    """What was asked for cannot be done.

    Attributes:
        field: Of the form, what it is about; empty: the whole.
        why: Who, what, expected or got, what to do.
    """

    def __init__(self, vi: str, en: str, field: str = "") -> None:
        super().__init__(en)
        self.field = field
        self.why = Title(vi, en)


class NotYoursError(AccessError):
    """Who asks may not do this with that account."""
