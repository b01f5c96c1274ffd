"""Why something about a document cannot be done; said in both languages."""

from collections.abc import Sequence

from gateway.certificates.before_issue import Lacking
from gateway.registry.texts import Title

_LEAST_WHY = 5


class DocumentError(Exception):
    """What was asked for cannot be done with this document.

    Attributes:
        why: Who, what, expected or got, what to do.
        lacking: The rules that are not met, where that is why.
    """

    def __init__(self, vi: str, en: str, lacking: Sequence[Lacking] = ()) -> None:
        super().__init__(en)
        self.why = Title(vi, en)
        self.lacking = tuple(lacking)


def reason_of(why: str) -> str:
    """What somebody wrote as their reason.

    Raises:
        DocumentError: It is none.
    """
    if len(why.strip()) < _LEAST_WHY:
        raise DocumentError("Chưa có lý do. Hãy ghi lý do.", "There is no reason. Write the reason.")
    return why.strip()
