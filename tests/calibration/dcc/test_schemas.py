"""Validation by schemas that come as a mapping; these small ones are our own."""

import pytest

from calibration.certificate import Certificate
from calibration.dcc import validate_dcc, write_dcc

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'

# Knows of a document its root, its number's place and one list; the rest may be anything.
ENTRY = f"""\
<xs:schema {XS} xmlns:dcc="https://ptb.de/dcc" xmlns:si="https://ptb.de/si" targetNamespace="https://ptb.de/dcc"
    elementFormDefault="qualified">
  <xs:import namespace="https://ptb.de/si" schemaLocation="https://example.invalid/v2.2/SI_Format.xsd"/>
  <xs:include schemaLocation="parts/core.xsd"/>
  <xs:element name="digitalCalibrationCertificate">
    <xs:complexType><xs:sequence>
      <xs:element name="administrativeData" type="dcc:administration"/>
      <xs:element name="measurementResults" type="dcc:anything"/>
    </xs:sequence><xs:attribute name="schemaVersion" type="si:version"/></xs:complexType>
  </xs:element>
</xs:schema>
""".encode()
CORE = f"""\
<!DOCTYPE xs:schema [<!ENTITY nothing "\\S+">]>
<xs:schema {XS} xmlns:dcc="https://ptb.de/dcc" targetNamespace="https://ptb.de/dcc" elementFormDefault="qualified">
  <xs:complexType name="anything"><xs:sequence>
    <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType>
  <xs:complexType name="administration"><xs:sequence>
    <xs:element name="dccSoftware" type="dcc:anything"/>
    <xs:element name="coreData"><xs:complexType><xs:sequence>
      <xs:element name="countryCodeISO3166_1"><xs:simpleType>
        <xs:restriction base="xs:string"><xs:pattern value="V&nothing;"/></xs:restriction>
      </xs:simpleType></xs:element>
      <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType>
</xs:schema>
""".encode()
UNITS = f"""\
<xs:schema {XS} targetNamespace="https://ptb.de/si">
  <xs:import namespace="urn:quantities" schemaLocation="qudt/kinds.xsd"/>
  <xs:simpleType name="version"><xs:restriction base="xs:string"><xs:enumeration value="3.3.0"/></xs:restriction>
  </xs:simpleType>
</xs:schema>
""".encode()
KINDS = f'<xs:schema {XS} targetNamespace="urn:quantities"/>'.encode()
FOLDER = {"dcc.xsd": ENTRY, "parts/core.xsd": CORE, "SI_Format.xsd": UNITS, "qudt/kinds.xsd": KINDS}


def test_what_the_schemas_allow_has_no_problem(finished: Certificate) -> None:
    assert validate_dcc(write_dcc(finished), FOLDER) == ()


def test_what_they_do_not_allow_has_its_line_and_place(finished: Certificate) -> None:
    document = write_dcc(finished).replace(b"<dcc:countryCodeISO3166_1>VN", b"<dcc:countryCodeISO3166_1>DE")
    (first, *_) = validate_dcc(document, FOLDER)
    assert (first.line, first.where, first.kind) == (13, "coreData/countryCodeISO3166_1", "schema")
    assert "not accepted by the pattern 'V\\S+'" in first.what


def test_a_document_that_is_none_is_told_as_elsewhere() -> None:
    assert [str(p) for p in validate_dcc(b"<!DOCTYPE d><d/>", FOLDER)] == [
        "line 1: a document type declaration, which could name files or grow without end"
    ]


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        (
            "SI_Format.xsd",
            (
                "schemas: imports: expected every imported schema, got no https://example.invalid/v2.2/SI_Format.xsd. "
                "Put it into the folder."
            ),
        ),
        (
            "parts/core.xsd",
            "schemas: imports: expected every imported schema, got no parts/core.xsd. Put it into the folder.",
        ),
        (
            "qudt/kinds.xsd",
            "schemas: imports: expected every imported schema, got no qudt/kinds.xsd. Put it into the folder.",
        ),
        (
            "dcc.xsd",
            (
                "schemas: dcc.xsd: expected it among the schemas (SI_Format.xsd, parts/core.xsd, qudt/kinds.xsd), "
                "got none. Give the folder that PTB publishes."
            ),
        ),
    ],
)
def test_a_schema_that_is_not_there_is_named_and_not_fetched(finished: Certificate, left_out: str, says: str) -> None:
    folder = {name: schema for name, schema in FOLDER.items() if name != left_out}
    with pytest.raises(ValueError, match="schemas: ") as refused:
        validate_dcc(write_dcc(finished), folder)
    assert str(refused.value) == says


def test_a_schema_that_is_none_is_refused(finished: Certificate) -> None:
    for wrong in (b"<no", b"<schema/>"):
        with pytest.raises(ValueError, match=r"schemas: dcc.xsd: expected a schema, got .*Take the folder anew"):
            validate_dcc(write_dcc(finished), FOLDER | {"dcc.xsd": wrong})


def test_no_file_is_opened_for_an_import(finished: Certificate, tmp_path) -> None:
    (tmp_path / "core.xsd").write_bytes(CORE)
    entry = ENTRY.replace(b"parts/core.xsd", (tmp_path / "core.xsd").as_uri().encode())
    folder = {name: schema for name, schema in FOLDER.items() if name != "parts/core.xsd"} | {"dcc.xsd": entry}
    with pytest.raises(ValueError, match="expected every imported schema"):
        validate_dcc(write_dcc(finished), folder)
