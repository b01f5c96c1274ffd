"""PINs and their hashes."""

import hashlib

import pytest

from edge_agent.config.pins import hash_pin, is_pin, is_pin_hash


def test_a_pin_is_known_by_its_hash_and_another_is_not():
    kept = hash_pin("2580")
    assert is_pin_hash(kept)
    assert is_pin("2580", kept)
    assert not is_pin("2581", kept)
    assert not is_pin("", kept)


def test_two_hashes_of_one_pin_differ():
    assert hash_pin("2580") != hash_pin("2580")


def test_the_hash_is_scrypt_of_the_standard_library():
    import base64

    name, n, r, p, salt, kept = hash_pin("123456").split("$")
    made = hashlib.scrypt(b"123456", salt=base64.b64decode(salt), n=2 ** int(n), r=int(r), p=int(p), dklen=32)
    assert (name, base64.b64decode(kept)) == ("scrypt", made)


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "\uff11\uff12\uff13\uff14", "1234\n"])
def test_a_pin_is_four_to_twelve_digits(pin):
    with pytest.raises(ValueError, match=r"\Aexpected 4 to 12 digits\Z"):
        hash_pin(pin)


@pytest.mark.parametrize(
    "text", ["", "1234", "scrypt$14$8$1$x$y", "scrypt$30$8$1$" + "A" * 22 + "==$" + "A" * 43 + "="]
)
def test_what_is_no_hash_matches_no_pin(text):
    assert not is_pin_hash(text)
    assert not is_pin("1234", text)
