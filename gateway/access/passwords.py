"""Passwords: which are good enough, and their argon2 hashes.

Source: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB, two passes and one lane; NIST SP 800-63B, 5.1.1.2:
length and a list of the commonest, no rules of composition, no change without a reason.

Decision: at most two hashes are computed at once.
Because: each takes 19 MiB, and a gateway on a Raspberry Pi must not fall over when forty people guess.
"""

import unicodedata
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from gateway.registry.texts import Title, folded

SHORTEST, LONGEST = 10, 200
"""Characters."""
_LEAST_DIFFERENT = 5
_AT_ONCE = BoundedSemaphore(2)
_HASHES = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_DECOY = "$argon2id$v=19$m=19456,t=2,p=1$K2oeff7trcVwXYZWxe+x2g$PAUMerlEj8lOeSlVfBGhRNSc5/YvqyhJjKm/zAhXQaI"
"""Of no account: an unknown name takes as long as a known one."""
_WORDS = """
0123456789 01234567890 1029384756 1111111111 1122334455 1123581321 1234554321 1234567890 1234567891
12345678910 123456789a 123456789q 123456abcd 12345qwert 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 9876543210
a123456789 aa12345678 abc1234567 abcd123456 abcd1234567 abcdefghij admin12345 admin123456 adminadmin
administrator anhyeuem123 anhyeuem1234 asdasdasdasd asdfghjkl123 asdfghjkl; changeme123 emyeuanh123
football123 iloveyou123 iloveyou1234 letmein1234 linkedin123 matkhau123 matkhau1234 matkhau12345 matkhau123456
myspace123 nhipdo1234 nhipdo12345 p@ssw0rd123 p@ssword123 passw0rd123 password00 password01 password10
password11 password12 password123 password1234 password12345 password123456 passwordpassword q1w2e3r4t5
q1w2e3r4t5y6 qazwsxedcrfv qwer1234qwer qwerqwerqwer qwerty1234 qwerty12345 qwerty123456 qwertyuiop
qwertyuiop123 qwertyuiop[] sunshine123 superman123 vietnam123 vietnam1234 vietnam12345 welcome123 welcome1234
xinchao123 xinchao1234 yeuem12345 zaq12wsxcde3 zxcvbnm123 zxcvbnm1234 zxcvbnmasd
"""
_COMMONEST = frozenset(_WORDS.split())
"""Of those with enough characters, what is tried first; without marks and blanks, in small letters."""


class WeakPasswordError(ValueError):
    """A password that is guessed too soon.

    Attributes:
        why: What is wrong with it, what to do.
    """

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.why = Title(vi, en)


def check_strength(password: str, *names: str) -> None:
    """Whether a password may be chosen.

    Args:
        password: As typed.
        names: Of the account and its person, which it must not be.

    Raises:
        WeakPasswordError: It is too short, too long, a name, or one of the commonest.
    """
    text = _normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise WeakPasswordError(
            f"Mật khẩu cần từ {SHORTEST} đến {LONGEST} ký tự, đã nhận {len(text)}. Hãy chọn một cụm từ dài hơn.",
            f"A password has {SHORTEST} to {LONGEST} characters, got {len(text)}. Choose a longer phrase.",
        )
    bare = folded(text).replace(" ", "")
    if bare in _COMMONEST or len(set(text)) < _LEAST_DIFFERENT:
        raise WeakPasswordError(
            "Mật khẩu này quá dễ đoán. Hãy chọn vài từ không liên quan với nhau.",
            "This password is guessed too easily. Choose some words that have nothing to do with each other.",
        )
    if any(name and bare.strip("0123456789!.@") == folded(name).replace(" ", "") for name in names):
        raise WeakPasswordError(
            "Mật khẩu này là tên của tài khoản. Hãy chọn mật khẩu khác.",
            "This password is the account's name. Choose another.",
        )


def hashed(password: str) -> str:
    """What is kept of a password; takes about a tenth of a second."""
    with _AT_ONCE:
        return _HASHES.hash(_normal(password))


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one of which ``kept`` is kept; takes as long when nothing is kept."""
    if len(password) > LONGEST:
        password = ""  # nobody chose it, and it must not cost more than others
    try:
        with _AT_ONCE:
            is_right = _HASHES.verify(_normal(password), kept or _DECOY)
    except UnknownHashError:
        return False
    return is_right and bool(kept)


def _normal(password: str) -> str:
    """The same letters are the same password, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)
