"""The files of a document: what customers get."""

from __future__ import annotations

from contextlib import suppress

from calibration.dcc import write_dcc
from gateway.certificates.certificate import certificate_of
from gateway.certificates.content import CALIBRATION, LANGUAGES, Document
from gateway.certificates.printing import pdf_of
from gateway.certificates.signing import signable


def files_of(document: Document) -> tuple[bytes, bytes]:
    """PDF, ready to be signed, and DCC; of what is no calibration, or what the DCC cannot hold, there is none.

    Raises:
        gateway.certificates.printing.NotInstalledError: typst is not installed.
    """
    xml = b""
    if document.kind == CALIBRATION:
        # It needs more than ISO/IEC 17025 does (a condition, k of 1 or more); the PDF is the certificate.
        with suppress(ValueError):
            xml = write_dcc(certificate_of(document, LANGUAGES[document.languages][0]))
    return signable(pdf_of(document)), xml
