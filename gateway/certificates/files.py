"""The files of a document: what customers get."""

from __future__ import annotations

from gateway.certificates.content import Document
from gateway.certificates.digital import xml_of
from gateway.certificates.printing import pdf_of
from gateway.certificates.signing import signable


def files_of(document: Document) -> tuple[bytes, bytes]:
    """PDF, ready to be signed, and DCC; of what is no calibration, or what the DCC cannot hold, there is none.

    Raises:
        gateway.certificates.typesetting.NotInstalledError: typst is not installed.
    """
    return signable(pdf_of(document)), xml_of(document)[0]


def why_without_xml(document: Document, xml: bytes) -> dict[str, dict[str, str]]:
    """For the ledger: why a document is issued without a digital certificate; nothing where it has one."""
    why = None if xml else xml_of(document)[1]
    return {"without_xml": {"vi": why.vi, "en": why.en}} if why else {}
