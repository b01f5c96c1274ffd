"""Small steps of writing: elements, texts in a language, numbers that come back as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from calibration.certificate import Point
from calibration.checks import refuse
from calibration.dcc.document import DCC, SI, Element
from calibration.records import record
from calibration.units import from_dsi, to_dsi


def number(value: float) -> str:
    """The shortest spelling that is this number again.

    >>> number(0.1), number(1e-7), number(-0.0)
    ('0.1', '1e-07', '0.0')
    """
    # A negative zero is no uncertainty to a schema, and equal to zero.
    return repr(float(value) or 0.0)


def plain(value: float) -> str:
    """The same without an exponent, which D-SI does not have in factors and probabilities.

    >>> plain(2.0), plain(1e-05)
    ('2.0', '0.00001')
    """
    return format(Decimal(repr(float(value))), "f")


def unit(ucum: str) -> str:
    """D-SI spelling of a unit that comes back as the same code.

    Raises:
        ValueError: It has none, or comes back as another code.
    """
    dsi = to_dsi(ucum)
    same = from_dsi(dsi)
    if same != ucum:
        who = "digital certificate"
        raise refuse(who, "unit", f"the spelling {same!r}", repr(ucum), "Write it so: the document has only one.")
    return dsi


@record
class Pen:
    """Writes elements.

    Attributes:
        language: Of every text.
        make: lxml's SubElement.
    """

    language: str
    make: Callable[..., Any]

    def put(self, parent: Element, name: str, text: str | None = None, **attributes: str | None) -> Element:
        """An element of the DCC, or of D-SI where its name begins with ``si:``."""
        space, local = (SI, name[3:]) if name.startswith("si:") else (DCC, name)
        element = self.make(parent, f"{{{space}}}{local}")
        for key, value in attributes.items():
            if value:
                element.set(key, value)
        if text is not None:
            element.text = text
        return element

    def stated(self, parent: Element, name: str, text: str) -> None:
        """An element where there is a text to state."""
        if text:
            self.put(parent, name, text)

    def say(self, parent: Element, name: str, text: str, word: str | None = None) -> Element:
        """A text in the certificate's language."""
        element = self.put(parent, name, refType=word)
        self.put(element, "content", text, lang=self.language)
        return element

    def identify(self, parent: Element, identifications: Iterable[tuple[str, str, str | None]]) -> None:
        """Identifications, where there are any: issuer, value, refType."""
        given = [one for one in identifications if one[1]]
        if not given:
            return
        listed = self.put(parent, "identifications")
        for issuer, value, word in given:
            one = self.put(listed, "identification", refType=word)
            self.put(one, "issuer", issuer)
            self.put(one, "value", value)

    def real(self, quantity: Element, value: float, dsi: str, u: float | None = None) -> None:
        """One number, with its standard uncertainty where stated."""
        real = self.put(quantity, "si:real")
        self.put(real, "si:value", number(value))
        self.put(real, "si:unit", dsi)
        if u is not None:
            stated = self.put(self.put(real, "si:measurementUncertaintyUnivariate"), "si:standardMU")
            self.put(stated, "si:valueStandardMU", number(u))

    def column(self, table: Element, word: str, values: Sequence[float], dsi: str) -> Element:
        """A quantity with a list of numbers; gives the list."""
        numbers = self.put(self.put(table, "quantity", refType=word), "si:realListXMLList")
        self.put(numbers, "si:valueXMLList", " ".join(number(value) for value in values))
        self.put(numbers, "si:unitXMLList", dsi)
        return numbers

    def expanded(self, numbers: Element, points: Sequence[Point]) -> None:
        """Expanded uncertainties of a list; a probability that is not stated is NaN, as D-SI allows."""
        stated = self.put(self.put(numbers, "si:measurementUncertaintyUnivariateXMLList"), "si:expandedMUXMLList")
        chances = ["NaN" if p.probability is None else plain(p.probability) for p in points]
        self.put(stated, "si:valueExpandedMUXMLList", " ".join(number(p.expanded) for p in points))
        self.put(stated, "si:coverageFactorXMLList", " ".join(plain(p.k) for p in points))
        self.put(stated, "si:coverageProbabilityXMLList", " ".join(chances))
