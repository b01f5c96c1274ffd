"""The calibration certificate as a value: what was measured, on what, by whom, how well.

Pure; may import numpy, the standard library and ``calibration.checks``.

A ``Certificate`` may be a draft: an empty text or None says "not stated". What is stated must make sense, or it is
refused at once; what ISO/IEC 17025 wants stated and is not, ``missing`` lists rule by rule.

Signs are those of the vocabulary: error = indication - reference value (VIM 2.16), correction = -error (VIM 2.53).

Decision: a certificate has no expiry and no field for a next date.
Because: ISO/IEC 17025 7.8.4.3 keeps recommendations of intervals off certificates; the due date is the owner's
decision and lives in his register. Only a verification, which is another document, has a term.
Instead of: "valid until", copied from certificate to certificate.

Decision: as found and as left are two tables of one channel, and corrections use as left where there is one.
Because: drift compares as left of one calibration with as found of the next.
Instead of: the last table alone.
"""

from calibration.certificate.certificate import Amendment, Certificate, Conformity
from calibration.certificate.parts import Condition, Instrument, Method, Party, Standard
from calibration.certificate.results import ChannelResults, Point
from calibration.certificate.rules import RULES, Circumstances, Rule, missing

__all__ = [
    "RULES",
    "Amendment",
    "Certificate",
    "ChannelResults",
    "Circumstances",
    "Condition",
    "Conformity",
    "Instrument",
    "Method",
    "Party",
    "Point",
    "Rule",
    "Standard",
    "missing",
]
