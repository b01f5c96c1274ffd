"""From a document to its PDF: words and figures laid out by typst, offline, with the fonts that come with it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import segno

from edge_agent.speech import printed
from gateway.certificates.content import LANGUAGES, VERIFICATION, Document
from gateway.certificates.printed_results import NOTHING, closing_notes, results_of
from gateway.certificates.typesetting import typeset
from gateway.certificates.wording import Speaker, speak

_TEMPLATE = Path(__file__).parent / "typst" / "document.typ"
_WORDS = ("number", "page", "of", "end", "draft", "state_scan", "accredited", "error_is")
_SECTIONS = ("item", "work", "standards", "environment", "results", "conformity", "opinions", "legal")

Laid = dict[str, Any]


def pdf_of(document: Document) -> bytes:
    """The PDF of a document; one without a number bears the word DRAFT on every page.

    Raises:
        gateway.certificates.typesetting.NotInstalledError: typst is not installed.
    """
    laid = msgspec.json.encode(laid_out(document)).decode()
    return typeset(_TEMPLATE, laid)


def laid_out(document: Document) -> Laid:
    """What stands where, in words; pure."""
    speakers = [speak(language) for language in LANGUAGES[document.languages]]
    first = speakers[0]
    words = {name: _both(speakers, name) for name in _WORDS}
    words |= {name: _both(speakers, f"section.{name}") for name in _SECTIONS}
    tables = results_of(document, speakers)
    return {
        "language": first.language,
        "is_draft": not document.number,
        "title": _both(speakers, f"title.{document.kind}"),
        "number": document.number or NOTHING,
        "laboratory": msgspec.structs.asdict(document.laboratory),
        "accreditation": document.accreditation,
        "qr": _qr(document.address),
        "words": words,
        "amends": _amends(document, speakers),
        "parties": _parties(document, speakers),
        "item": _item(document, speakers),
        "supplied": [say("supplied") for say in speakers] if document.item.supplied else [],
        "work": _work(document, speakers),
        "surroundings": _surroundings(document, speakers),
        "traceability": [say("traceability") for say in speakers],
        **_standards(document, speakers),
        "has_errors": any(table.kind == "error" for table in document.tables),
        "tables": tables,
        "notes": closing_notes(document, speakers),
        "conformity": _conformity(document, speakers),
        "legal": _legal(document, speakers),
        "opinions": document.opinions,
        "closing": [say(key) for key in ("only_items", "no_parts") for say in speakers],
        "issued_line": _pair(speakers, lambda say: f"{say('field.issued')}: {say.day(document.issued)}"),
        "signatures": _signatures(document, speakers),
        "seal": [say("seal") for say in speakers],
    }


def _standards(document: Document, speakers: list[Speaker]) -> dict[str, Any]:
    return {
        "standard_heads": [
            _both(speakers, f"column.{name}")
            for name in ("standard", "standard_serial", "standard_certificate", "standard_issuer")
        ],
        "standards": [
            [
                " · ".join(part for part in (one.name, one.maker, one.model) if part),
                " · ".join(part for part in (one.serial_number, one.code) if part),
                one.certificate,
                one.issuer,
            ]
            for one in document.standards
        ],
    }


def _both(speakers: list[Speaker], key: str) -> list[str]:
    """Words of the first language, and those of the second where they differ."""
    return list(dict.fromkeys(say(key) for say in speakers))


def _pair(speakers: list[Speaker], told: Any) -> str:
    return " / ".join(dict.fromkeys(told(say) for say in speakers))


def _qr(address: str) -> str:
    if not address:
        return ""
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=4, border=2, xmldecl=False)
    return picture.getvalue().decode()


def _row(speakers: list[Speaker], name: str, value: str) -> Laid:
    return {"name": _both(speakers, f"field.{name}"), "value": value}


def _rows(speakers: list[Speaker], values: dict[str, str]) -> list[Laid]:
    return [_row(speakers, name, value) for name, value in values.items() if value]


def _amends(document: Document, speakers: list[Speaker]) -> list[str]:
    was = document.amends
    if was is None:
        return []
    return [say("amends", number=was.number, day=say.day(was.issued), change=was.change) for say in speakers]


def _parties(document: Document, speakers: list[Speaker]) -> list[Laid]:
    customer = document.customer
    contact = " · ".join(part for part in (customer.address, customer.contact) if part)
    return _rows(speakers, {"customer": customer.name, "customer_contact": contact})


def _item(document: Document, speakers: list[Speaker]) -> list[Laid]:
    item, first = document.item, speakers[0]
    unit = printed(item.unit)
    reach = ""
    if item.range_low is not None or item.range_high is not None:
        ends = [first.number(end) if end is not None else "…" for end in (item.range_low, item.range_high)]
        reach = f"{ends[0]} {first('until')} {ends[1]} {unit}".strip()
    values = {name: str(getattr(item, name)) for name in ("name", "maker", "model", "serial_number", "code")}
    values["range"] = reach
    values["resolution"] = f"{first.number(item.resolution)} {unit}".strip() if item.resolution else ""
    values |= {name: str(getattr(item, name)) for name in ("accuracy_class", "mpe", "condition")}
    theirs = set(item.supplied) | ({"range"} if {"range_low", "range_high"} & set(item.supplied) else set())
    return _rows(
        speakers, {name: f"{value} *" if value and name in theirs else value for name, value in values.items()}
    )


def _work(document: Document, speakers: list[Speaker]) -> list[Laid]:
    place = _pair(speakers, lambda say: say(f"place.{document.place}")) if document.place else ""
    begun, ended = document.begun, document.ended
    version = f"{document.procedure} {document.procedure_version} · nhipdo {document.software}"
    values = {
        "work_order": document.work_order,
        "place": " · ".join(part for part in (place, document.place_address) if part),
        "received": _pair(speakers, lambda say: say.day(document.received)),
        "done": _pair(
            speakers, lambda say: say.day(begun) + (f" {NOTHING} {say.day(ended)}" if ended != begun else "")
        ),
        "method": document.method,
        "procedure": version if document.procedure else "",
        "sampling": document.sampling,
    }
    rows = _rows(speakers, values)
    deviations = document.deviations or _pair(speakers, lambda say: say("no_deviations"))
    rows.append({"name": _both(speakers, "deviations"), "value": deviations})
    if document.adjustment:
        rows.append({"name": _both(speakers, "adjustment"), "value": document.adjustment})
    if document.next_due:
        rows.append({"name": _both(speakers, "next_due"), "value": _pair(speakers, lambda s: s.day(document.next_due))})
    return rows


def _surroundings(document: Document, speakers: list[Speaker]) -> list[Laid]:
    first, rows = speakers[0], []
    for one in document.surroundings:
        names = list(dict.fromkeys(say(f"quantity.{one.quantity}", one.quantity.replace("_", " ")) for say in speakers))
        low, high = (first.number(round(value, 1)) for value in (one.low, one.high))
        reach = low if low == high else f"{low} {first('until')} {high}"
        rows.append({"name": names, "value": f"{reach} {printed(one.unit)}"})
    return rows


def _conformity(document: Document, speakers: list[Speaker]) -> list[str]:
    told = []
    for one in document.conformity:
        its = [table for table in document.tables if table.channel == one.channel]
        # It speaks of what was judged, not of the first test that was done.
        its.sort(key=lambda table: all(line.mpe is None for line in table.lines))
        titles = its[0].quantity if its else {}
        for say in speakers:
            percent = say.number(round(100 * one.risk, 2)) if one.risk is not None else ""
            told.append(
                say(
                    "statement",
                    verdict=say(f"verdict.{one.verdict}"),
                    channel=titles.get(say.language) or one.channel,
                    specification=one.specification,
                    rule=say(f"rule.{one.rule}"),
                    risk=say("risk", percent=percent) if percent else "",
                )
            )
    return told


def _legal(document: Document, speakers: list[Speaker]) -> list[Laid]:
    legal = document.legal
    if legal is None:
        return []
    outcome = "outcome.passed" if legal.passed else "outcome.failed"
    decision = (
        f"{legal.designation}, {speakers[0]('day_of')} {speakers[0].day(legal.designated)}, {legal.designated_by}"
    )
    values = {
        "outcome": _pair(speakers, lambda say: say(outcome)),
        "verification": _pair(speakers, lambda say: say(f"verification.{legal.kind}")),
        "stamp": legal.stamp,
        "label": legal.label,
        "valid_until": _pair(speakers, lambda say: say.day(legal.valid_until)) if legal.passed else "",
        "verifier": ", ".join(document.performed_by),
        "designation": decision if legal.designation else "",
        "form": "; ".join(part for part in (legal.form, legal.term_source) if part),
    }
    return _rows(speakers, values)


def _signatures(document: Document, speakers: list[Speaker]) -> list[Laid]:
    performed = "field.verifier" if document.kind == VERIFICATION else "sign.performed"
    people = {
        performed: ", ".join(document.performed_by),
        "sign.reviewed": document.reviewed_by,
        "sign.authorised": document.authorised_by,
    }
    return [{"role": _both(speakers, role), "name": name} for role, name in people.items()]
