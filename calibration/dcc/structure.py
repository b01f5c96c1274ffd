"""Whether a document has the form of DCC 3.3.0 and D-SI 2.2, without a schema at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from calibration.dcc.document import (
    XSI,
    Element,
    children_of,
    name_of,
    place_of,
    text_of,
)
from calibration.dcc.form import FORM
from calibration.dcc.grammar import Model, model
from calibration.dcc.problems import Problem
from calibration.dcc.simple import expected_of

ROOT = "digitalCalibrationCertificate"
VERSION = "3.3.0"
MOST_SHOWN = 60
# Others of the same generation: what of them has the form of 3.3.0 means the same there.
RELATED = re.compile(r"3\.[0-3]\.[0-9]+")

REFERENCES = ("id", "refId", "refType")
_BARE = (
    "administrativeData softwareList refTypeDefinitions coreData identifications itemQuantities calibrationLaboratory "
    "respPersons statements location measurementResults usedMethods usedMethodQuantities measuringEquipments "
    "measuringEquipmentQuantities influenceConditions results relativeUncertainty measurementMetaData"
)
# Types whose elements do not have all three.
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_BARE.split(), ()),
    ROOT: ("schemaVersion",),
    "refTypeDefinition": ("refType",),
    "items": ("id", "refId"),
    "text": ("id", "refId"),
    "place": REFERENCES,
}

# An identifier of XML: a letter or underscore first, no colon (Namespaces in XML 1.0, production 4).
_FIRST = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
# A text: so many letters take 5 ms to compile, which the first document pays and not every start.
_ID = f"[{_FIRST}][{_FIRST}0-9.\u00b7\u0300-\u036f\u203f\u2040-]*"


def faults_of_form(root: Element) -> Iterator[Problem]:
    """Every departure from the form: elements missing, out of order or unknown, contents and attributes that are wrong.

    What is of a form of its own (comments, foreign XML, signatures, regions of several quantities) is not looked into.
    Another version of the same generation (3.0 to 3.3) is a fault of practice, and measured by this one's form.
    """
    name = name_of(root)
    if name != ROOT:
        yield _problem(root, f"expected the root dcc:{ROOT}, got {_shown(name)}")
        return
    version = root.get("schemaVersion")
    if version != VERSION:
        related = RELATED.fullmatch(version or "") is not None
        what = f"expected schemaVersion {VERSION}, got {version or 'none'}"
        yield replace(_problem(root, what), kind="practice" if related else "schema")
        if not related:
            return
    yield from _walk(root, ROOT)


def _problem(element: Element, what: str) -> Problem:
    return Problem(element.sourceline or 0, place_of(element), what, "schema")


def _walk(root: Element, kind: str) -> Iterator[Problem]:
    # A stack of one's own: depth is bounded by the parser, and Python's may be less.
    waiting = [(root, kind)]
    while waiting:
        element, kind = waiting.pop()
        yield from _attributes(element, kind)
        form = FORM.get(kind)
        if form is None:
            yield from _simple(element, kind)
            continue
        content = model(form)
        yield from _complex(element, content)
        known = [(child, content.types.get(name_of(child), "any")) for child in children_of(element)]
        waiting += [(child, kind) for child, kind in reversed(known) if kind != "any"]


def _simple(element: Element, kind: str) -> Iterator[Problem]:
    children = children_of(element)
    if children:
        yield _problem(children[0], f"expected text alone, got an element in {name_of(element)}")
        return
    text = text_of(element)
    wanted = expected_of(kind, text)
    if wanted is not None:
        yield _problem(element, f"expected {wanted}, got {_shown(text)}")


def _complex(element: Element, content: Model) -> Iterator[Problem]:
    children = children_of(element)
    fault = content.first_fault([name_of(child) for child in children])
    if fault is not None:
        index, expected = fault
        if index < len(children):
            yield _problem(children[index], f"expected {expected} in its place, got {name_of(children[index])}")
        else:
            yield _problem(element, f"expected {expected} in it, got its end")
    stray = [element.text, *(child.tail for child in element)]
    text = next((text for text in stray if text and text.strip()), None)
    if text is not None:
        yield _problem(element, f"expected elements alone, got the text {_shown(text.strip())}")


def _attributes(element: Element, kind: str) -> Iterator[Problem]:
    allowed = _allowed(element, kind)
    for name, value in element.attrib.items():
        if name.startswith(f"{{{XSI}}}"):
            continue
        if name not in allowed:
            yield _problem(element, f"expected no attribute {name}, got {_shown(value)}")
        elif name == "lang" and expected_of("language", value):
            yield _problem(element, f"expected two small letters as lang, got {_shown(value)}")
        elif name == "id" and not re.fullmatch(_ID, value):
            yield _problem(element, f"expected an identifier as id, got {_shown(value)}")
        elif name == "refType" and not value.strip():
            yield _problem(element, "expected one or more words as refType, got none")


def _allowed(element: Element, kind: str) -> tuple[str, ...]:
    if name_of(element) == "content":
        return (*REFERENCES, "lang")
    complex_type = kind in FORM and not kind.startswith("si:")
    return ATTRIBUTES.get(kind, REFERENCES if complex_type else ())


def _shown(text: str) -> str:
    if not text.strip():
        return "nothing"
    short = text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 4] + " ..."
    return repr(short)
