"""The certificate itself."""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date
from typing import Literal, get_args

from calibration.certificate.parts import Condition, Instrument, Method, Party, Standard
from calibration.certificate.results import ChannelResults
from calibration.certificate.wording import part, parts, words
from calibration.checks import one_of, refuse
from calibration.records import record

Place = Literal["laboratory", "laboratoryBranch", "customer", "customerBranch", "other"]
Verdict = Literal["pass", "fail", "conditionalPass", "conditionalFail", "noPass", "noFail"]
Change = Literal["amended", "substituted"]

_LANGUAGE = re.compile("[a-z]{2}")


@record
class Conformity:
    """A statement of conformity.

    Attributes:
        verdict: As ILAC-G8 and the DCC have it: ``pass``, ``fail``, with a condition, or neither shown.
        channel: Whose results it is about.
        specification: Which requirement: ``±0.3 °C``, ``OIML R 76, class III``.
        decision_rule: How the uncertainty was taken into account: ``ILAC-G8 4.2.1, w = U``.
    """

    verdict: Verdict
    channel: str = ""
    specification: str = ""
    decision_rule: str = ""

    def __post_init__(self) -> None:
        """Refuse what is none of the verdicts.

        Raises:
            ValueError: Another verdict, or a text that is not printable.
        """
        one_of("conformity", "verdict", self.verdict, get_args(Verdict))
        words("conformity", self)


@record
class Amendment:
    """Which certificate this one replaces.

    Attributes:
        number: Of the replaced certificate.
        kind: Whether it amends or substitutes that one.
        change: What was changed, and why.
    """

    number: str
    kind: Change = "amended"
    change: str = ""

    def __post_init__(self) -> None:
        """Refuse an amendment of nothing.

        Raises:
            ValueError: No number, another kind, or a text that is not printable.
        """
        one_of("amendment", "kind", self.kind, get_args(Change))
        words("amendment", self)
        if not self.number:
            who = "amendment"
            raise refuse(who, "number", "a certificate's number", "none", "Name the certificate it replaces.")


_LISTED: dict[str, type] = {
    "results": ChannelResults,
    "methods": Method,
    "standards": Standard,
    "conditions": Condition,
    "conformity": Conformity,
}
_SINGLE: dict[str, type] = {"laboratory": Party, "customer": Party, "instrument": Instrument, "only_items": bool}


@record
class Certificate:
    """A calibration certificate, finished or a draft: an empty text or None says "not stated".

    Attributes:
        number: Unique number.
        title: "Giấy chứng nhận hiệu chuẩn".
        language: Of its texts, ISO 639-1: ``vi``.
        laboratory: Who calibrated.
        customer: For whom.
        instrument: What.
        results: Of each channel.
        methods: By which procedures.
        standards: By which reference standards.
        conditions: Under which conditions.
        traceability: Statement how the results are traceable to the SI.
        place: Where the work was done.
        received: When the instrument came.
        begun: When the work began.
        ended: When it ended.
        issued: When the certificate was issued.
        calibrated_by: Who did the work.
        authorised_by: Who authorised the certificate.
        only_items: Whether it says that the results relate to the calibrated items alone.
        adjustment: What was adjusted or repaired; empty: nothing.
        sampling: Sampling plan and method.
        opinions: Opinions and interpretations.
        conformity: Statements of conformity.
        amends: The certificate that this one replaces.
    """

    number: str = ""
    title: str = ""
    language: str = "vi"
    laboratory: Party = field(default_factory=Party)
    customer: Party = field(default_factory=Party)
    instrument: Instrument = field(default_factory=Instrument)
    results: tuple[ChannelResults, ...] = ()
    methods: tuple[Method, ...] = ()
    standards: tuple[Standard, ...] = ()
    conditions: tuple[Condition, ...] = ()
    traceability: str = ""
    place: Place | Literal[""] = ""
    received: date | None = None
    begun: date | None = None
    ended: date | None = None
    issued: date | None = None
    calibrated_by: str = ""
    authorised_by: str = ""
    only_items: bool = False
    adjustment: str = ""
    sampling: str = ""
    opinions: str = ""
    conformity: tuple[Conformity, ...] = ()
    amends: Amendment | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            ValueError: Dates out of order, two channels of one name, an unknown place or language, a text that is not
                printable, a part of another type, a statement about a channel that is not there, or an amendment of
                itself.
        """
        words("certificate", self)
        who = f"certificate {self.number}"
        self._check_types(who)
        if self.place:
            one_of(who, "place", self.place, get_args(Place))
        if not _LANGUAGE.fullmatch(self.language):
            raise refuse(who, "language", "two small letters", repr(self.language), "Write vi for Vietnamese.")
        if self.amends is not None and self.amends.number == self.number:
            advice = "Give an amended certificate a number of its own (ISO/IEC 17025 7.8.8.2)."
            raise refuse(who, "amends", "another certificate's number", repr(self.number), advice)
        self._check_dates(who)
        self._check_channels(who)

    def _check_types(self, who: str) -> None:
        for name, kind in _LISTED.items():
            object.__setattr__(self, name, parts(who, name, getattr(self, name), kind))
        for name, kind in _SINGLE.items():
            part(who, name, getattr(self, name), kind)
        if self.amends is not None:
            part(who, "amends", self.amends, Amendment)

    def _check_dates(self, who: str) -> None:
        before, earlier = "", None
        for name in ("received", "begun", "ended", "issued"):
            day = getattr(self, name)
            if day is None:
                continue
            if type(day) is not date:
                raise refuse(who, name, "a date without a time", repr(day), "Take the day of it.")
            if earlier is not None and day < earlier:
                raise refuse(who, name, f"{before} ({earlier}) or later", str(day), "Look at both dates.")
            before, earlier = name, day

    def _check_channels(self, who: str) -> None:
        names = [results.channel for results in self.results]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise refuse(who, "results", "one table a channel", f"{twice!r} twice", "Put its points together.")
        for statement in self.conformity:
            if statement.channel and statement.channel not in names:
                expected = "a channel of this certificate: " + (", ".join(names) or "it has none")
                raise refuse(who, "conformity", expected, repr(statement.channel), "Name the channel it is about.")

    def of(self, channel: str) -> ChannelResults:
        """Results of one channel.

        Raises:
            ValueError: The certificate has none of that name.

        >>> from calibration.certificate import ChannelResults, Point
        >>> results = ChannelResults("t", "Temperature", "Cel", as_found=(Point(0.0, 0.1, 0.2, 2.0),))
        >>> Certificate("K-1", results=(results,)).of("t").unit
        'Cel'
        """
        for results in self.results:
            if results.channel == channel:
                return results
        who = f"certificate {self.number}"
        expected = "one of: " + (", ".join(results.channel for results in self.results) or "none")
        raise refuse(who, "channel", expected, repr(channel), "Choose one of these.")
