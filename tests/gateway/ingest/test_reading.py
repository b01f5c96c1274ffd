"""What a body may hold: a NUL is refused, since no database keeps one; a text that quotes its six characters is not."""

import pytest

from gateway.ingest.reading import _NUL


@pytest.mark.parametrize(
    ("line", "has_one"),
    [
        (r'{"note":"\u0000"}', True),
        (r'{"note":"said \\\u0000"}', True),
        (r'{"why":"unknown field `\\u0000`"}', False),
        (r'{"why":"C:\\\\u0000"}', False),
        (r'{"why":"plain"}', False),
    ],
)
def test_a_nul_is_told_from_a_text_that_quotes_one(line, has_one) -> None:
    assert bool(_NUL.search(line)) == has_one
