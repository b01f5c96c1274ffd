"""The seal within a digital certificate: an enveloped XML signature, for which DCC 3.3.0 has a place.

Its library is the extra ``xml-signature``; without it certificates are issued as they are.

Decision: ECDSA with P-256 and SHA-256, and a certificate of the gateway's own making within the signature.
Because: every XML signature library knows it (W3C XML Signature 1.1, 6.1), so who gets the file checks it without us.
Instead of: Ed25519, as the ledger has it, which few of them know.

Decision: the certificate names this computer, is trusted by nobody, and says of itself that it is no legal signature.
Because: a key on a server is nobody's hand; see ``gateway.certificates.seals``.

Decision: only ``xml-seal*.pem`` of the secret folder count as this gateway's; a renamed one still does.
Because: what an older key sealed stays checked after there is a new key.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from calibration.dcc import DccError
from calibration.dcc.document import DS, Element, children_of, library, name_of, root_of
from gateway.certificates.seals import SealError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

KEY_FILE, CERTIFICATE_FILE, CERTIFICATES = "xml-seal.key", "xml-seal.pem", "xml-seal*.pem"
NOT_LEGAL = "Integrity seal, no legal signature"
INSTALL = "pip install 'nhipdo[xml-signature]'"
MOST_BYTES = 4 << 20
_OTHERS = 0o077
_FOREVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""No end that is known: RFC 5280, 4.1.2.5. Whoever checks in twenty years is told of changes, not of a date."""
_LONGEST_NAME = 50

Look = Literal["none", "other", "whole", "changed", "unknown"]
"""None; of another; ours and whole; ours and changed since; not looked at, since the library is not there."""


def is_installed() -> bool:
    """Whether the extra ``xml-signature`` is there."""
    return find_spec("signxml") is not None


@dataclass(frozen=True, slots=True)
class _Held:
    key: EllipticCurvePrivateKey
    certificate: Certificate


class XmlSealer:
    """Seals digital certificates with the key of one folder, and knows its seals again.

    Args:
        folder: Where the key is, or will be; its owner alone may read the key.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEY_FILE

    def seal(self, document: bytes, at: int) -> bytes:
        """The document with ``ds:Signature`` as the last child of its root; as it is where the extra is not there.

        Args:
            document: A digital certificate without a signature.
            at: UTC ns; a key that is made now has been valid since.

        Raises:
            SealError: There is no key, and none can be made; or what is there is none.
            DccError: The document cannot be read.

        Source:
            W3C XML Signature Syntax and Processing 1.1, 6.6.4 (enveloped); Digital Calibration Certificate 3.3.0,
            ``digitalCalibrationCertificateType``.
        """
        if not is_installed():
            return document
        from signxml.algorithms import CanonicalizationMethod  # noqa: PLC0415  an extra
        from signxml.signer import XMLSigner  # noqa: PLC0415

        held = self._held(at)
        signer = XMLSigner(
            signature_algorithm="ecdsa-sha256",
            digest_algorithm="sha256",
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signed = signer.sign(root_of(document, MOST_BYTES), key=held.key, cert=[held.certificate])
        written: bytes = library().tostring(signed, encoding="UTF-8", xml_declaration=True)
        return written

    def look(self, document: bytes) -> Look:
        """What the seal within a file says; files of strangers are welcome.

        Args:
            document: Any bytes.
        """
        if b"http://www.w3.org/2000/09/xmldsig#" not in document:
            return "none"
        try:
            root = root_of(document, MOST_BYTES)
        except DccError:
            return "none"
        found = _signature_of(root)
        if found is None:
            return "none"
        if not is_installed():
            return "unknown"
        ours = self._certificate_within(found)
        if ours is None:
            return "other"
        return "whole" if _is_whole(root, found, ours) else "changed"

    def _certificate_within(self, signature: Element) -> Certificate | None:
        """The one of this gateway's certificates that a signature carries."""
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415  an extra

        said = ["".join((one.text or "").split()) for one in signature.iter(f"{{{DS}}}X509Certificate")]
        for path in sorted(self.path.parent.glob(CERTIFICATES)):
            one = _certificate_of(path)
            lines = one.public_bytes(Encoding.PEM).decode().splitlines()
            if said == ["".join(lines[1:-1])]:
                return one
        return None

    def _held(self, at: int) -> _Held:
        from cryptography import x509  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key  # noqa: PLC0415

        public = self.path.with_name(CERTIFICATE_FILE)
        try:
            content = self._read(public, at)
            key, certificate = load_pem_private_key(content, None), x509.load_pem_x509_certificate(content)
            if not public.exists():
                _write(public, certificate.public_bytes(Encoding.PEM), 0o644)
        except OSError as error:
            msg = f"{self.path}: {error.strerror}. Let the gateway's user write this folder, and read this file."
            raise SealError(msg) from error
        except ValueError as error:
            msg = f"{self.path}: expected a key and its certificate, got another file. Bring it back from a copy."
            raise SealError(msg) from error
        assert isinstance(key, EllipticCurvePrivateKey), "made below"
        return _Held(key, certificate)

    def _read(self, public: Path, at: int) -> bytes:
        if not self.path.exists():
            if public.exists():
                msg = (
                    f"{self.path}: is gone, and {CERTIFICATE_FILE} says that it was there. Bring it back from a copy; "
                    f"where there is none, rename {CERTIFICATE_FILE} to xml-seal-old.pem, and a new key is made."
                )
                raise SealError(msg)
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self.path, _made(at), 0o600)
        if self.path.stat().st_mode & _OTHERS:
            msg = f"{self.path}: others may read the key of the seal. Run: chmod 600 {self.path}"
            raise SealError(msg)
        return self.path.read_bytes()


def _made(at: int) -> bytes:
    """A new key and its certificate, PEM."""
    from cryptography import x509  # noqa: PLC0415  an extra
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    names = {
        x509.NameOID.COMMON_NAME: f"nhipdo gateway {platform.node()[:_LONGEST_NAME]}".strip(),
        x509.NameOID.ORGANIZATIONAL_UNIT_NAME: NOT_LEGAL,
    }
    name = x509.Name([x509.NameAttribute(which, text) for which, text in names.items()])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(at // 10**9, UTC))
        .not_valid_after(_FOREVER)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + made.public_bytes(Encoding.PEM)


def _write(path: Path, content: bytes, mode: int) -> None:
    """A whole file or none; one that another process made meanwhile is left."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _certificate_of(path: Path) -> Certificate:
    from cryptography import x509  # noqa: PLC0415  an extra

    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{path}: expected a certificate that can be read, got {error}. Bring it back from a copy."
        raise SealError(msg) from error


def _signature_of(root: Element) -> Element | None:
    """The last child of the root, where that is a signature."""
    children = children_of(root)
    return children[-1] if children and children[-1].tag == f"{{{DS}}}Signature" else None


def _is_whole(root: Element, signature: Element, certificate: Certificate) -> bool:
    """Whether the signature is of all the rest of the document, and of nothing else."""
    from signxml.algorithms import DigestAlgorithm, SignatureMethod  # noqa: PLC0415  an extra
    from signxml.exceptions import SignXMLException  # noqa: PLC0415
    from signxml.verifier import SignatureConfiguration, XMLVerifier  # noqa: PLC0415

    # One signature, of the whole document: what stands outside of a part that was signed would pass for signed.
    uris = [one.get("URI") for one in signature.iter(f"{{{DS}}}Reference")]
    if uris != [""] or len(list(root.iter(f"{{{DS}}}Signature"))) != 1:
        return False
    expected = SignatureConfiguration(
        location="./",
        signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        # The day of the look says nothing about changes.
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        verified: Any = XMLVerifier().verify(root, x509_cert=certificate, expect_config=expected)
    except (SignXMLException, ValueError, TypeError, library().LxmlError):  # a stranger's file may be anything
        return False
    return verified.signed_xml is not None and name_of(verified.signed_xml) == name_of(root)
