"""The seal within a digital certificate: whole, tampered with, of another; its key is its owner's alone."""

import base64
import hashlib
import subprocess

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from calibration.dcc import check_dcc, read_dcc, write_dcc
from calibration.dcc.document import DS, root_of
from gateway.api.app import create_app
from gateway.certificates import xml_seals
from gateway.certificates.certificate import certificate_of
from gateway.certificates.seals import SealError
from gateway.certificates.xml_seals import NOT_LEGAL, XmlSealer
from gateway.registry.issued_documents import IssuedDocumentRow

T = 1_795_330_800_000_000_000
_DS = {"ds": DS}


@pytest.fixture(scope="module")
def unsealed(usual_document) -> bytes:
    return write_dcc(certificate_of(usual_document, "vi"))


@pytest.fixture
def sealer(tmp_path) -> XmlSealer:
    return XmlSealer(tmp_path / "secret")


def test_a_sealed_certificate_reads_as_before_and_names_the_signature_as_left_out(sealer, unsealed) -> None:
    sealed = sealer.seal(unsealed, T)
    assert check_dcc(sealed) == ()
    read = read_dcc(sealed)
    assert read.certificate == read_dcc(unsealed).certificate
    assert ["a signature, which is not verified here" in str(one) for one in read.left_out] == [True]
    root = root_of(sealed)
    assert root[-1].tag == f"{{{DS}}}Signature"
    assert sealer.look(sealed) == "whole"
    assert sealer.look(unsealed) == "none"


def test_openssl_and_a_canonical_form_made_by_the_standard_library_agree_with_the_seal(sealer, unsealed, tmp_path):
    """A second method: xml.etree's own canonical XML 2.0, which is the exclusive one here, and the openssl program."""
    from xml.etree import ElementTree as ET

    sealed = sealer.seal(unsealed, T)
    root = root_of(sealed)
    signature = root[-1]
    parts = {name: signature.find(f".//ds:{name}", _DS).text for name in ("DigestValue", "SignatureValue")}
    start = sealed.index(b"<ds:Signature ")
    end = sealed.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    rest = ET.canonicalize((sealed[:start] + sealed[end:]).decode(), rewrite_prefixes=False)
    assert base64.b64decode(parts["DigestValue"]) == hashlib.sha256(rest.encode()).digest()
    info = sealed[sealed.index(b"<ds:SignedInfo>") : sealed.index(b"</ds:SignedInfo>") + len(b"</ds:SignedInfo>")]
    info = info.replace(b"<ds:SignedInfo>", f'<ds:SignedInfo xmlns:ds="{DS}">'.encode())
    (tmp_path / "said").write_text(ET.canonicalize(info.decode()))
    raw = base64.b64decode(parts["SignatureValue"])
    (tmp_path / "signature").write_bytes(_der(raw[:32], raw[32:]))
    pem = sealer.path.with_name("xml-seal.pem")
    key = subprocess.run(["openssl", "x509", "-in", pem, "-pubkey", "-noout"], check=True, capture_output=True).stdout
    (tmp_path / "key").write_bytes(key)
    asked = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature", "said"]
    assert subprocess.run(asked, check=True, capture_output=True, cwd=tmp_path).stdout == b"Verified OK\n"
    told = subprocess.run(["openssl", "x509", "-in", pem, "-noout", "-subject"], check=True, capture_output=True)
    assert NOT_LEGAL in told.stdout.decode()
    assert "nhipdo gateway" in told.stdout.decode()


def _der(*numbers: bytes) -> bytes:
    def one(raw: bytes) -> bytes:
        raw = raw.lstrip(b"\0")
        raw = b"\0" + raw if raw[0] & 0x80 else raw
        return bytes((2, len(raw))) + raw

    body = b"".join(one(raw) for raw in numbers)
    return bytes((0x30, len(body))) + body


@pytest.mark.parametrize(
    ("what", "by"),
    [
        (b"0.00027", b"0.00017"),
        (b"HC-2026-0001", b"HC-2026-0002"),
        (b"<dcc:measurementResults>", b'<dcc:measurementResults id="x">'),
        (b'URI=""', b'URI="#x"'),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
        (b"</ds:SignedInfo>", b"</ds:SignedInfo><ds:Object/>"),
        (b"ecdsa-sha256", b"ecdsa-sha1"),
    ],
)
def test_whatever_is_altered_within_the_file_is_found(sealer, unsealed, what, by) -> None:
    sealed = sealer.seal(unsealed, T)
    assert what in sealed
    assert sealer.look(sealed.replace(what, by, 1)) == "changed"


def test_a_second_signature_and_one_that_signs_only_a_part_do_not_pass(sealer, unsealed) -> None:
    sealed = sealer.seal(unsealed, T)
    start, end = sealed.index(b"<ds:Signature "), sealed.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    assert sealer.look(sealed[:end] + sealed[start:end] + sealed[end:]) == "changed"
    assert sealer.look(sealed[:start] + b"<ds:x" + sealed[end:]) == "none"


def test_the_seal_of_another_gateway_is_not_taken_for_ours(sealer, unsealed, tmp_path) -> None:
    sealed = sealer.seal(unsealed, T)
    other = XmlSealer(tmp_path / "other")
    assert other.look(sealed) == "other"
    other.seal(unsealed, T)
    assert other.look(sealed) == "other"


def test_the_key_is_readable_by_its_owner_alone_and_not_replaced_unasked(sealer, unsealed) -> None:
    sealed = sealer.seal(unsealed, T)
    assert sealer.path.stat().st_mode & 0o777 == 0o600
    sealer.path.chmod(0o640)
    with pytest.raises(SealError) as caught:
        sealer.seal(unsealed, T)
    assert str(caught.value) == f"{sealer.path}: others may read the key of the seal. Run: chmod 600 {sealer.path}"
    sealer.path.unlink()
    with pytest.raises(SealError) as caught:
        sealer.seal(unsealed, T)
    assert str(caught.value) == (
        f"{sealer.path}: is gone, and xml-seal.pem says that it was there. Bring it back from a copy; where there is "
        "none, rename xml-seal.pem to xml-seal-old.pem, and a new key is made."
    )
    public = sealer.path.with_name("xml-seal.pem")
    public.rename(public.with_name("xml-seal-old.pem"))
    assert sealer.look(sealer.seal(unsealed, T)) == "whole"
    assert sealer.look(sealed) == "whole"
    sealer.path.write_bytes(b"no key\n")
    with pytest.raises(SealError) as caught:
        sealer.seal(unsealed, T)
    told = f"{sealer.path}: expected a key and its certificate, got another file. Bring it back from a copy."
    assert str(caught.value) == told


def test_without_the_extra_the_certificate_is_issued_unsigned(sealer, unsealed, house, monkeypatch) -> None:
    sealed = sealer.seal(unsealed, T)
    monkeypatch.setattr(xml_seals, "find_spec", lambda name: None)
    assert sealer.seal(unsealed, T) == unsealed
    assert sealer.look(sealed) == "unknown"
    document = house.issue()
    with Session(house.engine) as session:
        assert b"Signature" not in session.get_one(IssuedDocumentRow, document).xml
    assert house.problems() == []


def test_an_issued_certificate_is_sealed_and_strangers_are_told_of_a_change(house, web) -> None:
    with Session(house.engine) as session:
        xml = session.get_one(IssuedDocumentRow, house.issue()).xml
        assert house.problems() == []
        assert XmlSealer(house.folder).look(xml) == "whole"
        house.folder.joinpath("xml-seal.pem").rename(house.folder / "gone.pem")
        told = (
            f"HC-2026-0001: its XML has a seal of which {house.folder}/xml-seal*.pem has no certificate. "
            "Bring it back from a copy, or look whether another gateway has it."
        )
        assert house.problems() == [told]
        house.folder.joinpath("gone.pem").rename(house.folder / "xml-seal.pem")

    class Bare:
        engine = house.engine
        timeseries = None
        secret = "a secret of this test"

    app = create_app(Bare(), web=web, clock=lambda: house.now, documents=house.folder)
    with TestClient(app, headers={"Accept-Language": "en"}) as stranger:
        whole = stranger.post("/verify/file", files={"file": ("a.xml", xml)})
        assert whole.status_code == 200
        assert "This gateway's seal within the file is whole." in whole.text.replace("&#39;", "'")
        changed = stranger.post("/verify/file", files={"file": ("a.xml", xml.replace(b"0.00027", b"0.00017"))})
        assert changed.status_code == 404
        assert "bears this gateway's seal, and was changed afterwards" in changed.text.replace("&#39;", "'")
        written_anew = stranger.post("/verify/file", files={"file": ("a.xml", xml + b"\n")})
        assert written_anew.status_code == 404
        assert "Yet it is not exactly the file that was issued." in written_anew.text
