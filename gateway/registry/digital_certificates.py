"""Whether a file is a digital calibration certificate: the one XML that is kept, and only with certificates.

Decision: it is kept as it came, and given out to be saved alone.
Because: another laboratory may have signed it, and what an XML can carry would run where it is shown.
"""

from calibration.dcc import DccError, MissingLibraryError
from calibration.dcc.document import DCC, root_of

_ROOT = f"{{{DCC}}}digitalCalibrationCertificate"
_LOOKED_AT = 1000


def is_digital_certificate(content: bytes) -> bool:
    """Whether its root is that of a DCC; without a document type declaration, and well-formed.

    Args:
        content: Any bytes.
    """
    if b"<" not in content[:_LOOKED_AT]:
        return False
    try:
        return bool(root_of(content).tag == _ROOT)
    except (DccError, MissingLibraryError):
        return False
