"""What somebody entered cannot be taken."""


class EntryError(ValueError):
    """The text is for whoever entered it: who, what, expected or got, what to do."""
