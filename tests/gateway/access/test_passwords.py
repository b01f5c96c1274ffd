"""Which passwords are good enough, and that a name that nobody has takes as long."""

import pytest

from gateway.access import passwords
from gateway.access.passwords import WeakPasswordError, check_strength, fits, hashed


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("ngắn quá", "A password has 10 to 200 characters, got 8. Choose a longer phrase."),
        ("x" * 201, "A password has 10 to 200 characters, got 201. Choose a longer phrase."),
        (
            "Mật Khẩu 123",
            "This password is guessed too easily. Choose some words that have nothing to do with each other.",
        ),
        (
            "qwertyuiop",
            "This password is guessed too easily. Choose some words that have nothing to do with each other.",
        ),
        (
            "abababababab",
            "This password is guessed too easily. Choose some words that have nothing to do with each other.",
        ),
        ("mai.nguyen", "This password is the account's name. Choose another."),
        ("Nguyễn Thị Mai", "This password is the account's name. Choose another."),
        ("nguyenthimai, tre xanh", None),
        ("NguyenThiMai1234", "This password is the account's name. Choose another."),
        ("tre xanh sông Tiền", None),
    ],
)
def test_a_password_is_long_and_neither_common_nor_a_name(password, told) -> None:
    if told is None:
        check_strength(password, "mai.nguyen", "Nguyễn Thị Mai")
        return
    with pytest.raises(WeakPasswordError) as caught:
        check_strength(password, "mai.nguyen", "Nguyễn Thị Mai")
    assert caught.value.why.en == told
    assert caught.value.why.vi != told


def test_every_word_of_the_list_is_one_that_length_alone_would_let_pass() -> None:
    assert {word for word in passwords._COMMONEST if len(word) < passwords.SHORTEST} == set()


def test_a_password_fits_its_hash_alone_however_its_marks_were_typed() -> None:
    kept = hashed("tre xanh sông Tiền")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert fits("tre xanh sông Tiê\u0300n", kept)
    assert not fits("tre xanh sông Tiến", kept)
    assert not fits("", kept)
    assert not fits("x" * 10_000, kept)


def test_nothing_fits_an_account_without_a_password_and_a_hash_is_computed_all_the_same(monkeypatch) -> None:
    asked = []
    verify = passwords._HASHES.verify
    monkeypatch.setattr(passwords._HASHES, "verify", lambda *args: asked.append(args[1]) or verify(*args))
    assert not fits("abc", "")
    assert not fits("anything at all", "")
    assert asked == [passwords._DECOY] * 2


def test_a_hash_that_is_none_lets_nobody_in() -> None:
    assert not fits("anything at all", "!")
