"""Whose name a signature is, however it was typed."""

import unicodedata

import pytest
from sqlalchemy.orm import Session

from gateway.laboratory.competence import is_anothers_signature, same_person


@pytest.mark.parametrize(
    "typed",
    [
        "  trần thị  LAN ",
        unicodedata.normalize("NFD", "Trần Thị Lan"),
        "Trần\N{NO-BREAK SPACE}Thị Lan",
        "Trần Thị\N{ZERO WIDTH SPACE} Lan",
        "\N{RIGHT-TO-LEFT MARK}Trần Thị Lan\N{WORD JOINER}",
        "Trần Thị \N{FULLWIDTH LATIN CAPITAL LETTER L}an",
    ],
)
def test_one_name_is_one_person(typed) -> None:
    assert same_person(typed, "Trần Thị Lan")


def test_two_names_are_two_people_and_no_name_is_nobody() -> None:
    assert not same_person("Trần Thị Lan", "Trần Thị Lân")
    assert not same_person("\N{ZERO WIDTH SPACE}", "")


def test_nobody_takes_the_name_by_which_another_signs(staffed) -> None:
    with Session(staffed.engine) as session:
        assert is_anothers_signature(session, " MINH", "Lan")
        assert is_anothers_signature(session, "Minh", "")
        assert not is_anothers_signature(session, "lan ", "Lan")
        assert not is_anothers_signature(session, "Hoa", "Lan")
