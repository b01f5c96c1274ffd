"""Organisations that may be one under two names: a doubt for the officer, never a correction of ours.

Names are compared without marks, legal forms and what joins words, with usual words of trade in their short form; codes
without the three digits of a branch.

Decision: nothing is merged.
Because: two enterprises do have one name in two districts, and which is which stands in a register, not in a text.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from gateway.indicators.facts import Gap, Record

_ROOT = 10
"""Digits of an enterprise's code; a branch has three more."""
_FORMS = (
    *("trach nhiem huu han", "mot thanh vien", "hai thanh vien", "doanh nghiep tu nhan", "ho kinh doanh"),
    *("hop tac xa", "to hop tac", "cong ty", "co phan", "chi nhanh", "doanh nghiep", "mtv", "tnhh", "dntn", "htx"),
    *("hkd", "ctcp", "cty", "ct", "cp", "cn", "dn", "va"),
)
_SHORT = {
    "thuong mai": "tm",
    "dich vu": "dv",
    "san xuat": "sx",
    "xuat nhap khau": "xnk",
    "xuat khau": "xk",
    "nhap khau": "nk",
    "xay dung": "xd",
    "dau tu": "dt",
}
_STRIPPED = re.compile(rf"\b(?:{'|'.join(_FORMS)})\b")


def bare(name: str) -> str:
    """What of a name tells one organisation from another.

    >>> bare("Công ty TNHH MTV Thương mại Á Châu") == bare("Á CHÂU - TM, Cty TNHH Một Thành Viên")
    False
    >>> bare("Công ty TNHH MTV TM Á Châu") == bare("CTY TNHH Một thành viên Thương mại Á CHÂU")
    True
    """
    plain = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())
    for long, short in _SHORT.items():
        plain = re.sub(rf"\b{long}\b", short, plain)
    return _STRIPPED.sub(" ", plain).replace(" ", "")


def alike(organisations: Iterable[Record]) -> tuple[Gap, ...]:
    """Pairs that may be one: a doubt each, sorted.

    Args:
        organisations: Those that were counted, by their values ``name`` and ``code``.
    """
    groups = defaultdict[tuple[str, str], list[Record]](list)
    for one in sorted(organisations, key=lambda record: record.id):
        if name := bare(str(one.values.get("name") or one.label)):
            groups["name", name].append(one)
        digits = re.sub(r"[^0-9]", "", str(one.values.get("code") or ""))
        if len(digits) in (_ROOT, _ROOT + 3):
            groups["code", digits[:_ROOT]].append(one)
    pairs = {(a.id, b.id): (a, b) for _, group in sorted(groups.items()) for a, b in pairwise(group)}
    return tuple(
        Gap(code="one_under_two_names", parts={"first": _told(a), "second": _told(b)})
        for _, (a, b) in sorted(pairs.items())
    )


def _told(one: Record) -> str:
    code = one.values.get("code")
    return f"{one.values.get('name') or one.label} ({code})" if code else str(one.values.get("name") or one.label)
