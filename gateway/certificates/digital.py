"""A document as digital calibration certificate, or why there is none: the PDF is the certificate all the same."""

from __future__ import annotations

from msgspec.structs import replace

from calibration.certificate import Certificate
from calibration.dcc import MissingLibraryError, write_dcc
from gateway.certificates.certificate import certificate_of
from gateway.certificates.content import CALIBRATION, LANGUAGES, Document
from gateway.registry.texts import Title

_WITHOUT_NUMBER = "0"
"""Stands for the number in a draft."""
_NOT_INSTALLED = Title(
    "Máy chủ chưa cài phần XML (nhipdo[dcc]).", "The gateway lacks the part for XML. Install nhipdo[dcc]."
)
_NO_SURROUNDINGS = Title(
    "Chưa ghi điều kiện môi trường; XML bắt buộc có.", "No surroundings were recorded; the XML demands them."
)
_NO_ERRORS = Title(
    "Không có bảng sai số; XML chỉ chứa sai số.", "There is no table of errors; the XML holds errors alone."
)
_SMALL_K = Title("Có điểm với k nhỏ hơn 1; XML không nhận.", "A point has a k below 1; the XML takes none.")
_NO_ADDRESS = Title(
    "Chưa có địa chỉ của khách hàng; XML bắt buộc có.", "The customer has no address; the XML demands it."
)


def xml_of(document: Document) -> tuple[bytes, Title | None]:
    """The document as DCC, and why there is none; neither for what is no calibration.

    Args:
        document: As it would be issued; without a number in a draft.
    """
    if document.kind != CALIBRATION:
        return b"", None
    try:
        said = certificate_of(replace(document, number=document.number or _WITHOUT_NUMBER), _language(document))
    except ValueError as error:
        return b"", _told(error)
    try:
        return write_dcc(said), None
    except MissingLibraryError:
        return b"", _NOT_INSTALLED
    except ValueError as error:
        # It needs more than ISO/IEC 17025 does (a condition, k of 1 or more).
        return b"", _why(said) or _told(error)


def _language(document: Document) -> str:
    return LANGUAGES[document.languages][0]


def _why(said: Certificate) -> Title | None:
    """The reasons that a laboratory meets, in its own words."""
    points = [one for results in said.results for one in (*results.as_found, *results.as_left)]
    customer = said.customer
    reasons = (
        (not points, _NO_ERRORS),
        (not said.conditions, _NO_SURROUNDINGS),
        (any(one.k < 1 for one in points), _SMALL_K),
        (not (customer.city or customer.address or customer.country), _NO_ADDRESS),
    )
    return next((words for holds, words in reasons if holds), None)


def _told(error: ValueError) -> Title:
    return Title(f"XML không chứa được: {error}", f"The XML cannot hold it: {error}")
