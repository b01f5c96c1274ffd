"""From the administrative part of a document to who, what, how and when."""

from __future__ import annotations

from datetime import date
from typing import Any

from calibration.certificate import Amendment, Condition, Instrument, Method, Party, Standard
from calibration.dcc import words
from calibration.dcc.document import Element, text_of
from calibration.dcc.problems import Problem, left_out
from calibration.dcc.quantities import Column, cannot, chosen, columns_of
from calibration.dcc.speech import Speech, find, find_all, token, words_of

# A statement's refType -> the field of a certificate that it fills.
STATED = {
    words.TITLE: "title",
    words.TRACEABILITY: "traceability",
    "basic_metrologicallyTraceableToSI": "traceability",
    words.ADJUSTMENT: "adjustment",
    words.SAMPLING: "sampling",
    words.OPINIONS: "opinions",
}


def party_of(contact: Element, speech: Speech, code: str = "") -> Party:
    """A laboratory or a customer."""
    street = " ".join(part for part in (token(contact, "location/street"), token(contact, "location/streetNo")) if part)
    further = next((f for f in find_all(contact, "location/further") if words.CODE in words_of(f)), None)
    return Party(
        name=speech.text(contact, "name"),
        address=street,
        city=token(contact, "location/city"),
        country=token(contact, "location/countryCode"),
        post_code=token(contact, "location/postCode"),
        email=token(contact, "eMail"),
        phone=token(contact, "phone"),
        code=code or ("" if further is None else speech.said(further)),
    )


def identified(element: Element, *issuers: str) -> str:
    """First identification that one of these issued, and that has no other meaning of ours."""
    for one in find_all(element, "identifications/identification"):
        if token(one, "issuer") in issuers and not _meant(one):
            return token(one, "value")
    return ""


def _meant(one: Element) -> bool:
    return bool({words.CERTIFICATE, words.ISSUER} & set(words_of(one)))


def instrument_of(item: Element, speech: Speech) -> Instrument:
    """The calibrated item."""
    description = find(item, "description")
    ours = description is not None and words.CONDITION in words_of(description)
    return Instrument(
        name=speech.text(item, "name"),
        manufacturer=speech.text(item, "manufacturer/name"),
        model=token(item, "model"),
        serial=identified(item, "manufacturer"),
        identity=identified(item, "customer", "owner", "calibrationLaboratory"),
        condition=speech.text(item, "description") if ours else "",
    )


def method_of(used: Element, speech: Speech) -> Method:
    """One method."""
    description = find(used, "description")
    told = set() if description is None else set(words_of(description))
    deviations = speech.text(used, "description") if words.DEVIATIONS in told else None
    return Method(
        name=speech.text(used, "name"),
        document=", ".join(text_of(norm) for norm in find_all(used, "norm")),
        version=", ".join(text_of(reference) for reference in find_all(used, "reference")),
        deviations="" if words.NO_DEVIATIONS in told else deviations,
    )


def standard_of(equipment: Element, speech: Speech) -> Standard:
    """One reference standard."""
    meant = {
        word: token(one, "value")
        for one in find_all(equipment, "identifications/identification")
        for word in words_of(one)
    }
    return Standard(
        name=speech.text(equipment, "name"),
        manufacturer=speech.text(equipment, "manufacturer/name"),
        model=token(equipment, "model"),
        serial=identified(equipment, "manufacturer"),
        identity=identified(equipment, "calibrationLaboratory", "owner", "customer"),
        certificate=meant.get(words.CERTIFICATE) or token(equipment, "certificate/referralID"),
        issuer=meant.get(words.ISSUER, ""),
    )


def condition_of(influence: Element, speech: Speech) -> Condition | None:
    """One condition: a value, or its limits; None where it is told in words alone.

    Raises:
        UnfitError: No unit of it is known here.
        DccError: Its numbers make no sense.
    """
    name = speech.text(influence, "name")
    told: dict[str, Column] = {}
    for quantity in find_all(influence, "data/quantity"):
        columns = columns_of(quantity)
        if columns and len(columns[0].values) == 1:
            end = next((end for end in ("low", "high") if _is_limit(quantity, end)), "value")
            told.setdefault(end, chosen(columns, [c.unit for c in told.values()]))
    try:
        if "value" in told:
            return Condition(name, told["value"].unit, told["value"].values[0], u=_standard(told["value"]))
        if told.keys() == {"low", "high"} and told["low"].unit == told["high"].unit:
            return Condition(name, told["low"].unit, low=told["low"].values[0], high=told["high"].values[0])
    except ValueError as error:
        raise cannot(influence, str(error).rstrip(".")) from error
    return None


def _is_limit(quantity: Element, end: str) -> bool:
    ending = {"low": ("Min", "_low"), "high": ("Max", "_high")}[end]
    return any(word.endswith(ending) for word in words_of(quantity))


def _standard(column: Column) -> float | None:
    stated = column.uncertainty
    return None if stated is None else stated.expanded[0] / stated.k[0]


def day(core: Element, name: str) -> date | None:
    """A day of the core data; a zone behind it is left out."""
    text = token(core, name)
    return date.fromisoformat(text[:10]) if text else None


def persons_of(people: Element, speech: Speech) -> dict[str, str]:
    """Who calibrated and who authorised: the main signer."""
    named: dict[str, str] = {}
    for person in find_all(people, "respPerson"):
        signs = words.AUTHORISED in words_of(person) or token(person, "mainSigner") in {"true", "1"}
        named.setdefault("authorised_by" if signs else "calibrated_by", speech.text(person, "person/name"))
    return named


def amendment_of(core: Element, change: str) -> Amendment | None:
    """Which certificate this one replaces."""
    replaced = find(core, "reportAmendedSubstituted")
    if replaced is None:
        return None
    kind: Any = token(replaced, "typeOfChange")
    return Amendment(token(replaced, "replacedUniqueIdentifier"), kind, change)


def statements_of(listed: Element | None, speech: Speech) -> tuple[dict[str, Any], list[Element], list[Problem]]:
    """Fields that statements fill, statements of conformity, and what has no place in a certificate."""
    fields: dict[str, Any] = {}
    conformity: list[Element] = []
    left: list[Problem] = []
    for statement in find_all(listed, "statement") if listed is not None else ():
        names = words_of(statement)
        field = next((STATED[name] for name in names if name in STATED), None)
        text = speech.text(statement, "declaration")
        if field is not None:
            fields[field] = "\n".join(filter(None, (fields.get(field, ""), text)))
        elif words.CHANGE in names:
            fields["change"] = text
        elif words.ONLY_ITEMS in names:
            fields["only_items"] = True
        elif find(statement, "conformity") is not None:
            conformity.append(statement)
        else:
            left.append(_unplaced(statement, text))
    return fields, conformity, left


def _unplaced(statement: Element, text: str) -> Problem:
    when = token(statement, "date")
    what = f"the statement {text[:60]!r}" + (f" with the date {when}" if when else "")
    return left_out(statement, "statements/statement", what)
