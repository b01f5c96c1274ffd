"""A PDF that comes back signed: what is taken, and what is refused in words."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter

from gateway.certificates.printing import pdf_of
from gateway.certificates.signing import SignedPdfError, check_signed, signable


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _certificate(subject: str, issuer: str, key, by, *, is_authority: bool, ago: int = 0) -> x509.Certificate:
    now = datetime.now(UTC) - timedelta(days=ago)
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    usage |= {"key_cert_sign": is_authority, "crl_sign": is_authority, "encipher_only": False, "decipher_only": False}
    usage |= {"digital_signature": not is_authority, "content_commitment": not is_authority}
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(by, hashes.SHA256())
    )


class Authority:
    """Issues certificates in a test, and signs PDFs with them."""

    def __init__(self, folder: Path, name: str = "CA thử") -> None:
        self.name, self.folder = name, folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = _certificate(name, name, self.key, self.key, is_authority=True)
        folder.mkdir(parents=True, exist_ok=True)

    def trust(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / f"{self.name}.pem").write_bytes(self.root.public_bytes(serialization.Encoding.PEM))

    def sign(self, pdf: bytes, who: str = "Nguyễn Văn Cường", box: tuple | None = None, ago: int = 0) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(who, self.name, key, self.key, is_authority=False, ago=ago)
        own = self.folder / "key.pem"
        plain = serialization.NoEncryption()
        own.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
        its = self.folder / "certificate.pem"
        its.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        signer = signers.SimpleSigner.load(str(own), str(its))
        field = f"K{len(pdf)}"
        meta = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        spec = SigFieldSpec(field, box=box, on_page=-1) if box else None
        signing = signers.PdfSigner(meta, signer=signer, new_field_spec=spec)
        return signing.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf))).getvalue()


@pytest.fixture(scope="module")
def exported(usual_document) -> bytes:
    return signable(pdf_of(usual_document))


@pytest.fixture
def authority(tmp_path) -> Authority:
    made = Authority(tmp_path / "authority")
    made.trust(tmp_path / "trusted")
    return made


def refused(signed: bytes, exported: bytes, trust: Path) -> str:
    with pytest.raises(SignedPdfError) as caught:
        check_signed(signed, exported, trust)
    return caught.value.why.en


@pytest.mark.parametrize("box", [None, (50, 50, 250, 100)], ids=["invisible", "visible"])
def test_who_signed_is_told(exported, authority, tmp_path, box) -> None:
    [found] = check_signed(authority.sign(exported, box=box), exported, tmp_path / "trusted")
    assert found.signer == "Common Name: Nguyễn Văn Cường"
    assert found.issuer == "Common Name: CA thử"
    assert found.signed_at


def test_two_may_sign_one_after_the_other(exported, authority, tmp_path) -> None:
    signed = authority.sign(authority.sign(exported), "Trung tâm Kỹ thuật")
    found = check_signed(signed, exported, tmp_path / "trusted")
    assert [one.signer.removeprefix("Common Name: ") for one in found] == ["Nguyễn Văn Cường", "Trung tâm Kỹ thuật"]


def test_a_file_without_signature_or_another_file_is_refused(exported, authority, tmp_path, usual_document) -> None:
    trust = tmp_path / "trusted"
    assert refused(exported, exported, trust) == "This file bears no signature. Sign it, and import it again."
    other = authority.sign(exported.replace(b"%%EOF", b"%%EOE", 1))
    assert refused(other, exported, trust) == (
        "This is not the file that was exported, or it was written anew. Sign that file incrementally (PAdES)."
    )


def test_a_certificate_of_nobody_that_is_trusted_is_refused(exported, authority, tmp_path) -> None:
    stranger = Authority(tmp_path / "stranger", "CA lạ")
    assert refused(stranger.sign(exported), exported, tmp_path / "trusted") == (
        "The certificate of Common Name: Nguyễn Văn Cường is from no authority trusted here, or has expired. "
        "Look at the trust folder."
    )
    nowhere = tmp_path / "nowhere"
    assert refused(authority.sign(exported), exported, nowhere) == (
        f"There is no authority's certificate in {nowhere}. Copy its root certificate there."
    )


def test_what_was_changed_after_the_signature_is_refused(exported, authority, tmp_path) -> None:
    signed = authority.sign(exported)
    # The field's name stands in what the signature covers.
    at = signed.index(b"/T (K", len(exported)) + len(b"/T (")
    forged = signed[:at] + b"X" + signed[at + 1 :]
    assert refused(forged, exported, tmp_path / "trusted") == (
        "The signature of Common Name: Nguyễn Văn Cường does not fit the content: the file was changed after it. "
        "Sign the exported file."
    )


def _redrawn(pdf: bytes) -> bytes:
    """Another revision of the file, whose first page shows something else."""
    from pyhanko.pdf_utils import generic

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page, _ = writer.find_page_for_modification(0)[:2]
    page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 m 100 100 l S"))
    writer.update_container(page.get_object())
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_a_page_that_was_redrawn_before_or_after_signing_is_refused(exported, authority, tmp_path) -> None:
    trust = tmp_path / "trusted"
    words = "Beside signatures something else was added or changed in the file. Sign the exported file."
    assert refused(_redrawn(exported), exported, trust) == (
        "The file was changed and bears no signature. Sign the exported file."
    )
    assert refused(authority.sign(_redrawn(exported)), exported, trust) == words
    after = refused(_redrawn(authority.sign(exported)), exported, trust)
    assert after == words or after.startswith("The signature Common Name: Nguyễn")


def test_a_signer_whose_certificate_has_expired_is_refused(exported, authority, tmp_path) -> None:
    """It was valid from 61 to 30 days ago."""
    assert refused(authority.sign(exported, ago=60), exported, tmp_path / "trusted") == (
        "The certificate of Common Name: Nguyễn Văn Cường is from no authority trusted here, or has expired. "
        "Look at the trust folder."
    )


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b"/ByteRange", b"/ByteRbnge"),
        (b"/ByteRange [", b"/ByteRange <"),
        (b"/Contents <30", b"/Contents <zz"),
        (b"/Contents <30", b"/Contents <ff"),
        (b"startxref", b"startxxxx"),
        (b"/SubFilter", b"/SubF#zzer"),
        (b" 0 obj", b" x obj"),
        (b"endobj", b"\x00\xff\xffobj"),
    ],
)
def test_a_file_that_was_broken_on_purpose_is_refused_in_words(exported, authority, tmp_path, part, instead) -> None:
    signed = authority.sign(exported)
    head, behind = signed[: len(exported)], signed[len(exported) :]
    assert part in behind
    words = refused(head + behind.replace(part, instead, 1), exported, tmp_path / "trusted")
    assert words.startswith(("This PDF cannot be read.", "The file was changed", "The signature", "Beside signatures"))


def test_what_is_no_certificate_in_the_trust_folder_is_named(exported, authority, tmp_path) -> None:
    wrong = tmp_path / "trusted" / "a.pem"
    wrong.write_text("no certificate")
    assert refused(authority.sign(exported), exported, tmp_path / "trusted") == (
        f"{wrong}: is no certificate. Copy the authority's root certificate again, PEM or DER."
    )
