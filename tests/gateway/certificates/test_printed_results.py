"""How figures of a table are rounded on paper."""

import msgspec
import pytest

from gateway.certificates.content import LANGUAGES
from gateway.certificates.printed_results import results_of
from gateway.certificates.wording import speak


def _shown(document, **changed: float) -> dict[str, str]:
    """The first line of the errors, by column, with some of its figures changed."""
    [errors, *others] = sorted(document.tables, key=lambda table: table.kind != "error")
    line = msgspec.structs.replace(errors.lines[0], **changed)
    tables = (msgspec.structs.replace(errors, lines=(line, *errors.lines[1:])), *others)
    of = msgspec.structs.replace(document, tables=tables)
    table = results_of(of, [speak(language) for language in LANGUAGES["vi"]])[0]
    return dict(zip((head["words"][0] for head in table["heads"]), table["rows"][0], strict=True))


@pytest.mark.parametrize(
    ("mpe", "expanded", "shown"),
    [
        (0.001, 0.00027, "±0,001"),
        (0.0205002, 0.00027, "±0,0205"),
        (0.02 + 5e-5 * 10.004, 0.0031, "±0,0205"),
        # Never wider than what was agreed on.
        (0.0205009, 0.00027, "±0,0205"),
        (25.0, 0.27, "±25"),
        (0.1 + 0.2, 0.027, "±0,3"),
    ],
)
def test_a_permissible_error_has_the_places_that_u_gives_a_meaning(usual_document, mpe, expanded, shown) -> None:
    assert _shown(usual_document, mpe=mpe, expanded=expanded)["Cho phép"] == shown
