"""Agencies as a plan names them, and as the registry does."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from gateway.indicators.facts import Record
from gateway.indicators.schema import Words

_SHORT = {
    "ubnd": "uy ban nhan dan",
    "vpub": "van phong uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "bql": "ban quan ly",
    "kkt": "khu kinh te",
    "kcn": "khu cong nghiep",
    "tp": "thanh pho",
}
_LINKING = ("va", "and", "the", "of")
_WHERE = re.compile(r" (?:tinh|thanh pho|province of|city of) .+$")
_CAPITALS = re.compile(r"[A-ZĐ]{2,}")


def agencies_meant(named: Mapping[str, Words], agencies: Sequence[Record]) -> dict[str, tuple[str, ...]]:
    """Key of a plan's agency -> ids of the registry's rows that it means, with those that took over from them.

    A name is compared as people would: without marks, with usual abbreviations written out, ``Sở KH&CN`` by its
    initials, ``tỉnh Đồng Tháp`` at the end left out. Where it could mean two that are in force, it means none.

    Args:
        named: As in the plan.
        agencies: Rows of the noun ``agency`` of the plan's province, those that have ended too.
    """
    by_form: dict[str, set[str]] = {}
    for row in agencies:
        for form in _forms(str(row.values.get("name") or row.label), str(row.values.get("abbreviation") or "")):
            by_form.setdefault(form, set()).add(row.id)
    rows = {row.id: row for row in agencies}
    found = {}
    for key, words in named.items():
        ids = {one for form in _forms(words.vi, words.en) for one in by_form.get(form, ())}
        in_force = {one for one in ids if not rows[one].values.get("until")}
        chosen = ids if len(in_force) <= 1 else set()
        found[key] = tuple(sorted(_with_successors(chosen, rows)))
    return found


def _forms(*names: str) -> Iterable[str]:
    for name in names:
        if name:
            yield from _forms_of(name)


def _forms_of(name: str) -> set[str]:
    """What a name is compared by: the whole of it, and the first word with the initials of the others."""
    is_short = _CAPITALS.search(unicodedata.normalize("NFC", name)) is not None
    words = _plain(name).split()
    written_out = " ".join(_SHORT.get(word, word) for word in words)
    whole = _WHERE.sub("", written_out) or written_out
    first, *rest = [word for word in whole.split() if word not in _LINKING] or [""]
    found = {whole}
    if rest:
        found.add(f"{first} {''.join(rest) if is_short else ''.join(word[0] for word in rest)}.")
    return found


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def _with_successors(ids: Iterable[str], rows: Mapping[str, Record]) -> set[str]:
    found: set[str] = set()
    more = list(ids)
    while more:
        one = more.pop()
        if one not in found:
            found.add(one)
            successor = str(rows[one].values.get("successor") or "") if one in rows else ""
            more += [successor] if successor else []
    return found
