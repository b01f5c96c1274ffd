"""What holds across a document: languages, references, lengths of lists, dates, and what PTB's schematron asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from calibration.dcc.document import DCC, SI, Element, children_of, name_of, place_of, text_of
from calibration.dcc.problems import Kind, Problem
from calibration.dcc.simple import entries

_RELEASE = re.compile(r"[a-zA-Z] ?(?:[0-9]{1,3}\.){0,3}[0-9]{1,3}")
_SPACED = re.compile(r"(?:\S+\s)*\S+")
# Those that the schematron names: of the newer uncertainties it says nothing.
_LISTS = (
    "valueXMLList",
    "unitXMLList",
    "labelXMLList",
    "dateTimeXMLList",
    "uncertaintyXMLList",
    "coverageFactorXMLList",
    "coverageProbabilityXMLList",
    "distributionXMLList",
    "intervalMinXMLList",
    "intervalMaxXMLList",
    "standardUncXMLList",
)


def faults_of_practice(root: Element) -> Iterator[Problem]:
    """Every departure, of documents that have the form.

    Source:
        The rules of PTB's schematron for DCC 3.3.0 with the role "error", in our words, but for three: lists of ISO
        codes, and two of relative uncertainties.
    """
    yield from _languages(root)
    yield from _references(root)
    yield from _lengths(root)
    yield from _dates(root)
    yield from _units(root)
    yield from _texts(root)
    yield from _stated(root)


def _problem(element: Element, what: str, kind: Kind = "practice") -> Problem:
    return Problem(element.sourceline or 0, place_of(element), what, kind)


def _all(root: Element, *names: str) -> Iterable[Element]:
    found: Iterable[Element] = root.iter(*(f"{{{DCC}}}{name}" for name in names))
    return found


def _languages(root: Element) -> Iterator[Problem]:
    used: list[str] = []
    for element in _all(root, "usedLangCodeISO639_1"):
        code = text_of(element)
        if code in used:
            yield _problem(element, f"expected each language once, got {code} again")
        used.append(code)
    for element in _all(root, "content"):
        lang = element.get("lang")
        if lang is not None and lang not in used:
            yield _problem(element, f"expected one of the declared languages {', '.join(used)} as lang, got {lang}")
    for element in root.iter(f"{{{DCC}}}*"):
        own = [child.get("lang") for child in children_of(element) if name_of(child) == "content"]
        said = [lang for lang in own if lang is not None and lang in used]
        if not said:
            continue
        lacking = [lang for lang in used if lang not in said]
        twice = [lang for lang, times in Counter(said).items() if times > 1]
        if lacking:
            yield _problem(element, f"expected every declared language or none, got no {', '.join(lacking)}")
        elif twice:
            yield _problem(element, f"expected each language once, got {', '.join(twice)} again")


def _references(root: Element) -> Iterator[Problem]:
    ids = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
    for element in root.iter():
        identity = element.get("id")
        if identity is not None and ids[identity] > 1:
            yield _problem(element, f"expected an id of its own, got {identity!r} a second time", "schema")
            ids[identity] = 1
        for wanted in entries(element.get("refId") or ""):
            if wanted not in ids:
                yield _problem(element, f"expected the id of an element as refId, got {wanted!r}")


def _lengths(root: Element) -> Iterator[Problem]:
    for table in root.iter(f"{{{SI}}}realListXMLList", f"{{{SI}}}complexListXMLList"):
        lists = [leaf for leaf in table.iter() if _is_list(leaf) and not _in_region(leaf, table)]
        values = next((leaf for leaf in lists if name_of(leaf).startswith("si:value")), None)
        if values is None:
            continue
        count = len(entries(text_of(values)))
        for leaf in lists:
            got = len(entries(text_of(leaf)))
            if got not in {1, count} or (leaf is values and got == 0):
                expected = f"{count} entries as in {name_of(values)}, or one" if count else "entries"
                yield _problem(leaf, f"expected {expected}, got {got}")
    for table in _all(root, "list"):
        yield from _columns(table)


def _is_list(leaf: Element) -> bool:
    return isinstance(leaf.tag, str) and leaf.tag.endswith("XMLList") and not len(leaf)


def _in_region(leaf: Element, table: Element) -> bool:
    return any("ultivariate" in name_of(above) or "Region" in name_of(above) for above in _above(leaf, table))


def _above(leaf: Element, table: Element) -> Iterator[Element]:
    parent = leaf.getparent()
    while parent is not None and parent is not table:
        yield parent
        parent = parent.getparent()


def _columns(table: Element) -> Iterator[Problem]:
    """Quantities of one list are columns of one table."""
    first: tuple[str, int] | None = None
    for quantity in children_of(table):
        if name_of(quantity) != "quantity":
            continue
        for values in quantity.iterfind(f".//{{{SI}}}realListXMLList/{{{SI}}}valueXMLList"):
            if any(name_of(above) == "measurementMetaData" for above in _above(values, quantity)):
                continue
            count = len(entries(text_of(values)))
            if count > 1 and first is not None and count != first[1]:
                what = f"expected {first[1]} entries, as the list's first quantity has (line {first[0]}), got {count}"
                yield _problem(values, what)
            if count > 1:
                first = first or (str(values.sourceline), count)


def _dates(root: Element) -> Iterator[Problem]:
    for ended in _all(root, "endPerformanceDate"):
        begun = ended.getparent().find(f"{{{DCC}}}beginPerformanceDate")
        if begun is not None and text_of(ended).strip() < text_of(begun).strip():
            yield _problem(ended, f"expected {text_of(begun).strip()} or later, got {text_of(ended).strip()}")


def _units(root: Element) -> Iterator[Problem]:
    declared = {text_of(element) for element in _all(root, "nonSIUnit")}
    for unit in root.iter(f"{{{SI}}}unit"):
        text = text_of(unit)
        if len(text.split(" ")) > 1:
            yield _problem(unit, f"expected a unit without blanks, got {text!r}")
        elif text.startswith("|") and place_of(unit.getparent()) == "si:hybrid/si:real" and text not in declared:
            yield _problem(unit, f"expected a unit that a statement declares as nonSIUnit, got {text!r}")
    for element in _all(root, "nonSIUnit", "nonSIDefinition"):
        other = "nonSIDefinition" if name_of(element) == "nonSIUnit" else "nonSIUnit"
        if element.getparent().find(f"{{{DCC}}}{other}") is None:
            yield _problem(element, f"expected {other} beside it, got none")


def _texts(root: Element) -> Iterator[Problem]:
    for element in _all(root, "release"):
        if not _RELEASE.fullmatch(text_of(element)) and name_of(element.getparent()) != "refTypeDefinition":
            yield _problem(element, f"expected a release like v1.2.3, got {text_of(element)!r}")
    for element in root.iter(*(f"{{{SI}}}{name}" for name in _LISTS)):
        if not _SPACED.fullmatch(text_of(element)) and text_of(element).strip():
            yield _problem(element, "expected one blank between entries and none around, got others")
    for element in root.iter():
        for name in ("refType", "refId"):
            words = element.get(name)
            if words and words.strip() and not _SPACED.fullmatch(words):
                yield _problem(element, f"expected one blank between words of {name} and none around, got {words!r}")


def _stated(root: Element) -> Iterator[Problem]:
    """Every result says by which methods and under which conditions it came about."""
    for result in _all(root, "measurementResult"):
        for name in ("usedMethods", "influenceConditions"):
            if result.find(f"{{{DCC}}}{name}") is not None:
                continue
            for element in _uncovered(result, name):
                yield _problem(element, f"expected {name} here or with the measurementResult, got none")


def _uncovered(result: Element, name: str) -> Iterator[Element]:
    path = f"{{{DCC}}}{name}"
    for element in result.iter(f"{{{DCC}}}list", f"{{{DCC}}}quantity"):
        if element.find(path) is not None or any(name_of(a) == "metaData" for a in _above(element, result)):
            continue
        parent = name_of(element.getparent())
        if name_of(element) == "quantity" and parent == "data" and name_of(element.getparent().getparent()) == "result":
            yield element
        elif name_of(element) == "list":
            own = [child for child in children_of(element) if name_of(child) == "quantity"]
            if any(child.find(path) is None for child in own):
                yield element
