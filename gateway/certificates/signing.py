"""A PDF that was signed outside: whether it is the exported one, untouched, and by whom it was signed (PAdES).

Decision: the signed file must begin with the very bytes that were exported, and what was added behind them may be
signatures and nothing else.
Because: a signature added as PAdES wants leaves those bytes as they are; a program that writes the file anew may have
changed a figure, and nobody would see it.
Instead of: comparing the text of both, which says nothing of what is drawn over it.

Decision: without a certificate of an authority in the trust folder no signature is believed.
Because: anybody can make a certificate with anybody's name.

Decision: revocation is not asked for over the network; a signature may bring its own proof.
Because: a gateway stands in a closed network; the page says what was not looked at.
"""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import msgspec

from gateway.registry.texts import Title

_ENDINGS = (".pem", ".crt", ".cer")


class SignedPdfError(Exception):
    """A PDF is not taken; why, in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.why = Title(vi, en)


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature that was found right.

    Attributes:
        signer: Whose certificate, its distinguished name.
        issuer: Who issued that.
        serial: Of the certificate.
        signed_at: As the signature says, ISO 8601; empty: it does not.
    """

    signer: str
    issuer: str
    serial: str
    signed_at: str = ""


def check_signed(signed: bytes, exported: bytes, trust: Path) -> tuple[Signature, ...]:
    """Everybody who signed the exported PDF.

    Args:
        signed: As it came back.
        exported: As it was exported.
        trust: Folder with the certificates of the authorities, PEM or DER.

    Raises:
        SignedPdfError: It is another file, was changed, bears no signature, or one that is not to be believed.
    """
    if not signed.startswith(exported):
        raise SignedPdfError(
            "Tệp này không phải tệp đã xuất, hoặc đã bị ghi lại. Hãy ký đúng tệp đã xuất, kiểu thêm vào (PAdES).",
            "This is not the file that was exported, or it was written anew. Sign that file incrementally (PAdES).",
        )
    if signed == exported:
        raise SignedPdfError(
            "Tệp này chưa có chữ ký. Hãy ký rồi nhập lại.",
            "This file bears no signature. Sign it, and import it again.",
        )
    roots = _roots(trust)
    try:
        return _judged(signed, len(exported), roots)
    except (SignedPdfError, MemoryError):
        raise
    except Exception as error:  # whoever sends a file broken on purpose finds yet another exception of the reader
        raise _unreadable() from error


def _judged(signed: bytes, exported: int, roots: list[Any]) -> tuple[Signature, ...]:
    reader = _opened(signed)
    found = tuple(_checked(one, roots) for one in reader.embedded_signatures)
    if not found:
        raise SignedPdfError(
            "Tệp đã đổi mà không có chữ ký nào. Hãy ký đúng tệp đã xuất.",
            "The file was changed and bears no signature. Sign the exported file.",
        )
    _only_signed(reader, exported, signed)
    return found


def signable(pdf: bytes) -> bytes:
    """The PDF with an empty form, in which signatures find their place: what is added by them can then be told apart.

    Raises:
        SignedPdfError: It is no PDF.
    """
    from pyhanko.pdf_utils import generic  # noqa: PLC0415  an extra, and large
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415

    _opened(pdf)
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    kind: Any = generic.DictionaryObject
    form = kind({generic.pdf_name("/Fields"): generic.ArrayObject()})
    writer.root[generic.pdf_name("/AcroForm")] = writer.add_object(form)
    writer.update_root()
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _opened(signed: bytes) -> Any:
    from pyhanko.pdf_utils.misc import PdfReadError  # noqa: PLC0415  an extra, and large
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it finds is told to whoever imports
    try:
        return PdfFileReader(io.BytesIO(signed), strict=True)
    except (PdfReadError, ValueError) as error:
        raise _unreadable() from error


def _unreadable() -> SignedPdfError:
    return SignedPdfError(
        "Không đọc được tệp PDF này. Hãy xuất và ký lại.", "This PDF cannot be read. Export and sign it again."
    )


def _roots(trust: Path) -> list[Any]:
    from pyhanko.keys import load_certs_from_pemder  # noqa: PLC0415

    files = sorted(path for path in trust.glob("*") if path.suffix.lower() in _ENDINGS) if trust.is_dir() else []
    if not files:
        raise SignedPdfError(
            f"Chưa có chứng thư của tổ chức chứng thực trong {trust}. Hãy chép chứng thư gốc vào đó.",
            f"There is no authority's certificate in {trust}. Copy its root certificate there.",
        )
    loaded: Any = load_certs_from_pemder
    found = []
    for path in files:
        try:
            found += list(loaded([str(path)]))
        except (OSError, ValueError) as error:
            raise SignedPdfError(
                f"{path}: không phải chứng thư. Hãy chép lại chứng thư gốc, PEM hoặc DER.",
                f"{path}: is no certificate. Copy the authority's root certificate again, PEM or DER.",
            ) from error
    return found


def _checked(embedded: Any, roots: list[Any]) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.errors import SignatureValidationError  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    try:
        status = validate_pdf_signature(embedded, signer_validation_context=context)
    except (SignatureValidationError, ValueError) as error:
        raise _not_right("", str(error)) from error
    certificate = embedded.signer_cert
    name = certificate.subject.human_friendly
    if not (status.intact and status.valid):
        raise SignedPdfError(
            f"Chữ ký của {name} không khớp nội dung: tệp đã bị sửa sau khi ký. Hãy ký lại tệp đã xuất.",
            f"The signature of {name} does not fit the content: the file was changed after it. Sign the exported file.",
        )
    if not status.trusted:
        raise SignedPdfError(
            f"Chứng thư của {name} không do tổ chức chứng thực đã tin cậy cấp, hoặc hết hạn. Hãy xem thư mục tin cậy.",
            f"The certificate of {name} is from no authority trusted here, or has expired. Look at the trust folder.",
        )
    if not status.bottom_line:
        raise _not_right(name, status.summary())
    at = status.signer_reported_dt
    return Signature(
        signer=name,
        issuer=certificate.issuer.human_friendly,
        serial=str(certificate.serial_number),
        signed_at=at.isoformat() if at else "",
    )


def _not_right(name: str, why: str) -> SignedPdfError:
    return SignedPdfError(
        f"Chữ ký {name} không kiểm tra được ({why}). Hãy ký lại tệp đã xuất.",
        f"The signature {name} cannot be checked ({why}). Sign the exported file again.",
    )


def _only_signed(reader: Any, exported: int, signed: bytes) -> None:
    """What stands behind the exported bytes is signatures; the last of them covers the whole file."""
    from pyhanko.sign.diff_analysis import DiffResult  # noqa: PLC0415

    last = reader.embedded_signatures[-1]
    start, length, behind, rest = (int(number) for number in last.byte_range)
    is_whole = start == 0 and behind + rest == len(signed) and length > exported
    # The exported file has two revisions: as printed, and with an empty form.
    judged = _policy().review_file(reader, 1)
    if not (is_whole and isinstance(judged, DiffResult)):
        raise SignedPdfError(
            "Ngoài chữ ký, tệp còn bị thêm hoặc sửa nội dung khác. Hãy ký đúng tệp đã xuất.",
            "Beside signatures something else was added or changed in the file. Sign the exported file.",
        )


def _policy() -> Any:
    """That of pyhanko, but nothing else may be filled in, and the first signature may raise the form's flag."""
    from pyhanko.sign.diff_analysis import (  # noqa: PLC0415
        DEFAULT_DIFF_POLICY,
        FormUpdatingRule,
        SigFieldCreationRule,
        SigFieldModificationRule,
        StandardDiffPolicy,
    )

    let_pass = frozenset({"/SigFlags", "/Fields", "/DR", "/DA", "/Q", "/NeedAppearances"})
    creation: Any = SigFieldCreationRule
    form = FormUpdatingRule([creation(), SigFieldModificationRule()], ignored_acroform_keys=let_pass)
    return StandardDiffPolicy(DEFAULT_DIFF_POLICY.global_rules, form)
