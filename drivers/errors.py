"""What can go wrong between an instrument and us: four kinds, each with its text for a person."""


class InstrumentError(Exception):
    """An instrument could not be read; the message names it and says what to do.

    Attributes:
        retryable: True when the next poll may well succeed without anybody's help.
        code: The word that stands for this kind in a sample's quality, as in ``bad.no_reply``.
    """

    retryable = False
    code = "failed"


class NoReplyError(InstrumentError):
    """Nothing came within the timeout, or half an answer, or the port is not there."""

    retryable = True
    code = "no_reply"


class BadReplyError(InstrumentError):
    """Something came that the protocol does not allow."""

    retryable = True
    code = "bad_reply"


class BusyError(InstrumentError):
    """The instrument heard us and asks for patience."""

    retryable = True
    code = "busy"


class RefusedError(InstrumentError):
    """The instrument understood and declined; somebody must look.

    Args:
        message: Who, what, expected or got, what to do.
        code: A finer word than ``refused`` where the map knows one (``no_value``, ``out_of_range``).
    """

    code = "refused"

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.code = code
