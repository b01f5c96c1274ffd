"""Names that a certificate of ours uses in the document: what the DCC has no element for stands under these.

Those that begin with ``basic_`` are PTB's; ours begin with ``nhipdo_``.
"""

from __future__ import annotations

SOFTWARE = "nhipdo"
# Of the form that this package writes, not of the package.
RELEASE = "v1.0"

INDICATION = "basic_measuredValue"
REFERENCE = "basic_referenceValue"
ERROR = "basic_measurementError"
SERIAL = "basic_serialNumber"
CONFORMITY = "basic_conformity"

CHANNEL = "nhipdo_channel"
AS_FOUND = "nhipdo_asFound"
AS_LEFT = "nhipdo_asLeft"
DOF = "nhipdo_degreesOfFreedom"
RESOLUTION = "nhipdo_resolution"
LOW = "nhipdo_low"
HIGH = "nhipdo_high"
PROVIDER = "nhipdo_provider"
CODE = "nhipdo_code"
CONDITION = "nhipdo_condition"
DEVIATIONS = "nhipdo_deviations"
NO_DEVIATIONS = "nhipdo_noDeviations"
IDENTITY = "nhipdo_identity"
CERTIFICATE = "nhipdo_certificate"
ISSUER = "nhipdo_certificateIssuer"
CALIBRATED = "nhipdo_calibratedBy"
AUTHORISED = "nhipdo_authorisedBy"

TITLE = "nhipdo_title"
TRACEABILITY = "nhipdo_traceability"
ONLY_ITEMS = "nhipdo_onlyItems"
ADJUSTMENT = "nhipdo_adjustment"
SAMPLING = "nhipdo_sampling"
OPINIONS = "nhipdo_opinions"
CHANGE = "nhipdo_change"

NOT_STATED = "-"
