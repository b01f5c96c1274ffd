"""Who, what, how, by what, under which conditions."""

from __future__ import annotations

import re

from calibration.certificate.wording import wording, words
from calibration.checks import finite, non_negative, refuse
from calibration.records import record

_COUNTRY = re.compile("[A-Z]{2}")


@record
class Party:
    """A laboratory or its customer.

    Attributes:
        name: As registered.
        address: Street, number, ward: what stands above the city on a letter.
        city: City or province.
        country: ISO 3166-1 code of two capitals, ``VN``.
        post_code: Postal code.
        email: Where to write.
        phone: Where to call.
        code: A laboratory's accreditation, ``VILAS 001``.
    """

    name: str = ""
    address: str = ""
    city: str = ""
    country: str = ""
    post_code: str = ""
    email: str = ""
    phone: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        """Refuse texts that are none.

        Raises:
            ValueError: A text is not printable, or the country is no code.
        """
        words("party", self)
        if self.country and not _COUNTRY.fullmatch(self.country):
            who = "party"
            raise refuse(who, "country", "two capital letters", repr(self.country), "Write VN for Viet Nam.")


@record
class Instrument:
    """What was calibrated. Its range and resolution stand with the results of each channel.

    Attributes:
        name: What it is: "Nhiệt kế hiện số".
        manufacturer: Who made it.
        model: Type.
        serial: The manufacturer's number.
        identity: The owner's number.
        condition: State on receipt: "normal", "display scratched".
    """

    name: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    identity: str = ""
    condition: str = ""

    def __post_init__(self) -> None:
        """Refuse texts that are none.

        Raises:
            ValueError: A text is not printable.
        """
        words("instrument", self)


@record
class Method:
    """By which procedure.

    Attributes:
        name: What it does: "Comparison in a stirred bath".
        document: Its document: ``ĐLVN 138:2004``.
        version: Of the document or of the laboratory's procedure: ``rev. 3``.
        deviations: Additions to it, deviations and exclusions from it; empty: there were none; None: not stated.
    """

    name: str = ""
    document: str = ""
    version: str = ""
    deviations: str | None = None

    def __post_init__(self) -> None:
        """Refuse texts that are none.

        Raises:
            ValueError: A text is not printable.
        """
        words("method", self, optional=("deviations",))


@record
class Standard:
    """A reference standard that was used, and the certificate that makes its value traceable.

    Attributes:
        name: What it is: "Pt 100 reference thermometer".
        manufacturer: Who made it.
        model: Type.
        serial: The manufacturer's number.
        identity: The laboratory's number.
        certificate: Number of its own certificate.
        issuer: Who issued that.
    """

    name: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    identity: str = ""
    certificate: str = ""
    issuer: str = ""

    def __post_init__(self) -> None:
        """Refuse texts that are none.

        Raises:
            ValueError: A text is not printable.
        """
        words("standard", self)


@record
class Condition:
    """A condition of the work that influences the results: a value, or the limits that it kept within.

    Attributes:
        name: ``temperature``, ``relative humidity``, ``immersion depth``.
        unit: UCUM code.
        value: In that unit; None where limits are stated.
        u: Standard uncertainty of the value, in that unit; None where not stated.
        low: Lower limit, in that unit.
        high: Upper limit, in that unit.

    >>> Condition("temperature", "Cel", 23.1, u=0.3).value
    23.1
    """

    name: str
    unit: str
    value: float | None = None
    u: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that are none.

        Raises:
            ValueError: Neither value nor both limits, both, not finite, reversed, or a negative uncertainty.
        """
        who = f"condition {self.name!r}"
        wording("condition", "name", self.name)
        wording(who, "unit", self.unit)
        limits = [limit for limit in (self.low, self.high) if limit is not None]
        if (self.value is None) != (len(limits) == 2) or (limits and self.value is not None):  # noqa: PLR2004
            got = f"value {self.value}, low {self.low}, high {self.high}"
            raise refuse(who, "value", "a value, or a lower and an upper limit", got, "State one of the two.")
        for what in ("value", "low", "high"):
            if getattr(self, what) is not None:
                object.__setattr__(self, what, finite(who, what, getattr(self, what)))
        if limits and limits[0] > limits[1]:
            got = f"low {self.low} and high {self.high}"
            raise refuse(who, "limits", "the lower not above the upper", got, "Exchange them.")
        self._check_u(who)

    def _check_u(self, who: str) -> None:
        if self.u is None:
            return
        if self.value is None:
            raise refuse(who, "u", "no uncertainty beside limits", self.u, "State the value, or the limits alone.")
        object.__setattr__(self, "u", non_negative(who, "u", self.u))
