"""What of a document no certificate of ours has a place for: named, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator

from calibration.dcc import words
from calibration.dcc.document import DCC, DS, Element, name_of, place_of
from calibration.dcc.problems import Problem, left_out
from calibration.dcc.speech import Speech, clean, find, find_all, token, words_of

SHOWN = 60
# Of these a description is a text of its own, where it is not one that we wrote.
DESCRIBED = ("items", "item", "usedMethod", "measuringEquipment", "influenceCondition", "measurementResult", "result")
READ_METADATA = ("conformity", "conformityXMLList")
OURS = {words.CONDITION, words.DEVIATIONS, words.NO_DEVIATIONS}


def unread(root: Element, speech: Speech) -> Iterator[Problem]:
    """Signatures, attachments, comments, descriptions, further numbers and persons, results without a table."""
    for signature in root.iter(f"{{{DS}}}Signature"):
        yield left_out(signature, place_of(signature), "a signature, which is not verified here")
    for name in ("comment", "document"):
        for element in find_all(root, name):
            yield left_out(element, place_of(element), f"a {name} {token(element, 'fileName')!r}".removesuffix(" ''"))
    part = find(root, "administrativeData")
    for one in find_all(part, "coreData/identifications/identification"):
        yield left_out(one, place_of(one), f"the identification {speech.text(one, 'name')!r}, {token(one, 'value')}")
    for report in find_all(part, "coreData/previousReport"):
        yield left_out(report, place_of(report), f"the previous report {token(report, 'referralID')!r}")
    for item in find_all(part, "items/item/subItems/item"):
        yield left_out(item, place_of(item), f"a part of the item, {speech.text(item, 'name')!r}")
    yield from _persons(part, speech)
    yield from _descriptions(root, speech)
    yield from _metadata(root, speech)
    for result in root.iter(f"{{{DCC}}}result"):
        yield from _without_table(result, speech)


def _persons(part: Element, speech: Speech) -> Iterator[Problem]:
    places: set[bool] = set()
    for person in find_all(part, "respPersons/respPerson"):
        signs = words.AUTHORISED in words_of(person) or token(person, "mainSigner") in {"true", "1"}
        if signs in places:
            yield left_out(person, place_of(person), f"a further person {speech.text(person, 'person/name')!r}")
        places.add(signs)


def _descriptions(root: Element, speech: Speech) -> Iterator[Problem]:
    for description in root.iter(f"{{{DCC}}}description"):
        parent = description.getparent()
        ours = OURS & set(words_of(description)) or words.CHANNEL in words_of(parent)
        text = speech.said(description)
        if name_of(parent) in DESCRIBED and not ours and text:
            yield left_out(description, place_of(description), f"the description {_short(text)!r}")


def _metadata(root: Element, speech: Speech) -> Iterator[Problem]:
    for stated in root.iter(f"{{{DCC}}}metaData"):
        read = words.PROVIDER in words_of(stated) or any(find(stated, name) is not None for name in READ_METADATA)
        if not read:
            text = speech.text(stated, "declaration") or speech.text(stated, "name") or " ".join(words_of(stated))
            yield left_out(stated, place_of(stated), f"the metadata {_short(text)!r}")


def _without_table(result: Element, speech: Speech) -> Iterator[Problem]:
    """A result of words, formulas or files alone."""
    data = find(result, "data")
    if data is None or any(True for _ in data.iter(f"{{{DCC}}}quantity")):
        return
    texts = [speech.said(text) for text in find_all(data, "text")]
    if texts != [words.NOT_STATED]:
        name = _short(speech.text(result, "name"))
        yield left_out(result, place_of(result), f"the result {name!r}, which has no table")


def _short(text: str) -> str:
    line = clean(" ".join(text.split()))
    return line if len(line) <= SHOWN else line[: SHOWN - 4] + " ..."
