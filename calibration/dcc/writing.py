"""From a certificate to a document."""

from __future__ import annotations

from datetime import date

from calibration.certificate import Certificate, ChannelResults, Party
from calibration.checks import refuse
from calibration.dcc import words
from calibration.dcc.document import DCC, SI, XSI, Element, library
from calibration.dcc.elements import Pen, unit
from calibration.dcc.measured import write_results
from calibration.dcc.structure import ROOT, VERSION

WHO = "digital certificate"
ONLY_ITEMS = {
    "vi": "Kết quả chỉ có giá trị với đối tượng đã được hiệu chuẩn.",
    "en": "The results relate only to the items calibrated.",
}


def write_dcc(certificate: Certificate) -> bytes:
    """The document of a certificate: DCC 3.3.0, D-SI 2.2, UTF-8, in the certificate's one language.

    ``read_dcc`` of it gives the same certificate, each number the same to its last bit.

    Args:
        certificate: Finished so far that the DCC has all it demands: number, dates of work, place, a country, both
            parties with an address, name and identification of the item, a person, methods, conditions and standards
            with names, and points of each channel with k of 1 or more.

    Raises:
        ValueError: Something of that is not stated, or a unit has no spelling in D-SI.
        MissingLibraryError: lxml is not installed.

    Source:
        Digital Calibration Certificate 3.3.0; Digital System of Units 2.2; PTB's schematron for both.

    >>> write_dcc(Certificate(number="K-1"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: digital certificate: certificate K-1: expected all of it stated, got no place, begun, ...
    """
    _need_stated(certificate)
    etree = library()
    root = etree.Element(f"{{{DCC}}}{ROOT}", nsmap={"dcc": DCC, "si": SI, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{DCC} {DCC}/v{VERSION}/dcc.xsd")
    root.set("schemaVersion", VERSION)
    pen = Pen(certificate.language, etree.SubElement)
    _write_administration(pen, pen.put(root, "administrativeData"), certificate)
    write_results(pen, pen.put(root, "measurementResults"), certificate)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def _need_stated(certificate: Certificate) -> None:
    people = certificate.authorised_by or certificate.calibrated_by
    needed = {
        "number": certificate.number,
        "place": certificate.place,
        "begun": certificate.begun,
        "ended": certificate.ended,
        "laboratory.name": certificate.laboratory.name,
        "laboratory.country": certificate.laboratory.country,
        "customer.name": certificate.customer.name,
        "customer.city, address or country": _located(certificate.customer),
        "instrument.name": certificate.instrument.name,
        "instrument.serial or identity": certificate.instrument.serial or certificate.instrument.identity,
        "authorised_by or calibrated_by": people,
        "methods": certificate.methods,
        "name of each method": all(method.name for method in certificate.methods),
        "name of each standard": all(standard.name for standard in certificate.standards),
        "conditions": certificate.conditions,
        "name of each condition": all(condition.name for condition in certificate.conditions),
        "results": certificate.results,
        "quantity of each channel": all(results.quantity for results in certificate.results),
    }
    lacking = [name for name, value in needed.items() if not value]
    if lacking:
        advice = "State it; the document has no place for a certificate without it."
        name = f"certificate {certificate.number}".strip()
        raise refuse(WHO, name, "all of it stated", "no " + ", ".join(lacking), advice)
    for results in certificate.results:
        _need_points(results)


def _need_points(results: ChannelResults) -> None:
    name = f"channel {results.channel!r}"
    points = results.as_found + results.as_left
    if not points:
        raise refuse(WHO, name, "points", "none", "Leave the channel out.")
    least = min(point.k for point in points)
    if least < 1:
        advice = "State U with a coverage factor of 1 or more, as D-SI has it."
        raise refuse(WHO, name, "k of 1 or more", least, advice)


def _located(party: Party) -> str:
    return party.city or party.address or party.country or party.post_code


def _write_administration(pen: Pen, part: Element, certificate: Certificate) -> None:
    _write_software(pen, pen.put(part, "dccSoftware"))
    _write_core(pen, pen.put(part, "coreData"), certificate)
    _write_item(pen, pen.put(pen.put(part, "items"), "item"), certificate)
    laboratory = pen.put(part, "calibrationLaboratory")
    pen.stated(laboratory, "calibrationLaboratoryCode", certificate.laboratory.code)
    _write_contact(pen, pen.put(laboratory, "contact"), certificate.laboratory, code="")
    people = pen.put(part, "respPersons")
    for name, word in ((certificate.authorised_by, words.AUTHORISED), (certificate.calibrated_by, words.CALIBRATED)):
        if name:
            person = pen.put(people, "respPerson", refType=word)
            pen.say(pen.put(person, "person"), "name", name)
            pen.put(person, "mainSigner", "true" if word == words.AUTHORISED else "false")
    _write_contact(pen, pen.put(part, "customer"), certificate.customer, code=certificate.customer.code)
    _write_statements(pen, part, certificate)


def _write_software(pen: Pen, listed: Element) -> None:
    software = pen.put(listed, "software")
    pen.say(software, "name", words.SOFTWARE)
    pen.put(software, "release", words.RELEASE)


def _write_core(pen: Pen, core: Element, certificate: Certificate) -> None:
    pen.put(core, "countryCodeISO3166_1", certificate.laboratory.country)
    pen.put(core, "usedLangCodeISO639_1", certificate.language)
    pen.put(core, "mandatoryLangCodeISO639_1", certificate.language)
    pen.put(core, "uniqueIdentifier", certificate.number)
    _write_day(pen, core, "receiptDate", certificate.received)
    _write_day(pen, core, "beginPerformanceDate", certificate.begun)
    _write_day(pen, core, "endPerformanceDate", certificate.ended)
    pen.put(core, "performanceLocation", certificate.place)
    _write_day(pen, core, "issueDate", certificate.issued)
    if certificate.amends is not None:
        replaced = pen.put(core, "reportAmendedSubstituted")
        pen.put(replaced, "typeOfChange", certificate.amends.kind)
        pen.put(replaced, "replacedUniqueIdentifier", certificate.amends.number)


def _write_day(pen: Pen, core: Element, name: str, day: date | None) -> None:
    if day is not None:
        pen.put(core, name, day.isoformat())


def _write_item(pen: Pen, item: Element, certificate: Certificate) -> None:
    instrument = certificate.instrument
    pen.say(item, "name", instrument.name)
    if instrument.condition:
        pen.say(item, "description", instrument.condition, words.CONDITION)
    if instrument.manufacturer:
        pen.say(pen.put(item, "manufacturer"), "name", instrument.manufacturer)
    pen.stated(item, "model", instrument.model)
    serial, identity = (
        ("manufacturer", instrument.serial, words.SERIAL),
        ("customer", instrument.identity, words.IDENTITY),
    )
    pen.identify(item, (serial, identity))
    stated = [
        (index, word, value, results.unit)
        for index, results in enumerate(certificate.results, start=1)
        for word, value in (
            (words.LOW, results.low),
            (words.HIGH, results.high),
            (words.RESOLUTION, results.resolution),
        )
        if value is not None
    ]
    quantities = pen.put(item, "itemQuantities") if stated else None
    for index, word, value, ucum in stated:
        quantity = pen.put(quantities, "itemQuantity", refId=f"channel-{index}", refType=word)
        pen.real(quantity, value, unit(ucum))


def _write_contact(pen: Pen, contact: Element, party: Party, code: str) -> None:
    pen.say(contact, "name", party.name)
    pen.stated(contact, "eMail", party.email)
    pen.stated(contact, "phone", party.phone)
    location = pen.put(contact, "location")
    pen.stated(location, "city", party.city)
    pen.stated(location, "countryCode", party.country)
    pen.stated(location, "postCode", party.post_code)
    pen.stated(location, "street", party.address)
    if code:
        pen.say(location, "further", code, words.CODE)


def _write_statements(pen: Pen, part: Element, certificate: Certificate) -> None:
    said = [
        (words.TITLE, certificate.title),
        (words.TRACEABILITY, certificate.traceability),
        (words.ADJUSTMENT, certificate.adjustment),
        (words.SAMPLING, certificate.sampling),
        (words.OPINIONS, certificate.opinions),
        (words.CHANGE, certificate.amends.change if certificate.amends else ""),
    ]
    said = [(word, text) for word, text in said if text]
    if not (said or certificate.only_items or certificate.conformity):
        return
    listed = pen.put(part, "statements")
    for word, text in said:
        pen.say(pen.put(listed, "statement", refType=word), "declaration", text)
    if certificate.only_items:
        statement = pen.put(listed, "statement", refType=words.ONLY_ITEMS)
        pen.put(statement, "norm", "ISO/IEC 17025:2017")
        pen.put(statement, "reference", "7.8.2.1 l")
        pen.say(statement, "declaration", ONLY_ITEMS.get(pen.language, ONLY_ITEMS["en"]))
    channels = [results.channel for results in certificate.results]
    for one in certificate.conformity:
        about = f"channel-{channels.index(one.channel) + 1}" if one.channel else None
        statement = pen.put(listed, "statement", refId=about, refType=words.CONFORMITY)
        pen.stated(statement, "norm", one.specification)
        pen.stated(statement, "reference", one.decision_rule)
        pen.put(statement, "conformity", one.verdict)
