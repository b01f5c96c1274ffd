"""PTB's own valid document and its three broken ones: under the LGPL, and not ours to copy.

Who has them names their folder in ``PTB_DCC_EXAMPLES``; they are looked at where they lie.
"""

import os
from pathlib import Path

import pytest

from calibration.certificate import Conformity
from calibration.dcc import DccError, check_dcc, read_dcc, validate_dcc, write_dcc

CASES = Path(os.environ.get("PTB_DCC_EXAMPLES", ""))
pytestmark = pytest.mark.skipif(
    not (CASES / "valid_3.3.0.xml").is_file(), reason="PTB_DCC_EXAMPLES names no folder with PTB's documents"
)


def document(name: str) -> bytes:
    return (CASES / f"{name}_3.3.0.xml").read_bytes()


def test_the_valid_one_is_read_with_all_its_points() -> None:
    assert check_dcc(document("valid")) == ()
    reading = read_dcc(document("valid"), language="en", units=("Cel",))
    (results,) = reading.certificate.results
    assert results.unit == "Cel"
    assert [p.indication for p in results.as_found] == [33.17, 100.06, 175.21, 250.16, 319.92]
    assert [p.error for p in results.as_found] == [0.072, 0.089, 0.107, -0.009, -0.084]
    assert {(p.expanded, p.k, p.probability) for p in results.as_found} == {(0.061, 2.0, 0.95)}
    assert reading.certificate.conformity == (Conformity("pass"), Conformity("pass", "result_1"))
    assert [problem.what.partition(" '")[0] for problem in reading.left_out] == [
        "left out: the identification",
        "left out: the statement",
        "left out: the statement",
        "left out: the statement",
        "left out: the description",
        "left out: the description",
        "left out: the description",
        "left out: the metadata",
    ]


def test_the_valid_one_comes_back_after_it_has_been_written_by_us() -> None:
    certificate = read_dcc(document("valid")).certificate
    again = read_dcc(write_dcc(certificate)).certificate
    assert [r.as_found for r in again.results] == [r.as_found for r in certificate.results]
    assert again.conditions == certificate.conditions


@pytest.mark.parametrize(
    ("name", "first", "kind"),
    [
        (
            "invalid_schema",
            "line 17: coreData/uniqueIdentifier: expected text without blanks around it, got nothing",
            "schema",
        ),
        (
            "invalid_schematron",
            "line 23: name/content: expected one of the declared languages de as lang, got en",
            "practice",
        ),
        ("invalid_syntax", "line 7: not well-formed: Opening and ending tag mismatch: software line 5 and name", "xml"),
    ],
)
def test_the_broken_ones_are_refused_with_line_and_reason(name: str, first: str, kind: str) -> None:
    with pytest.raises(DccError) as caught:
        read_dcc(document(name))
    assert (str(caught.value.problems[0]), caught.value.problems[0].kind) == (first, kind)


def test_the_schema_of_signatures_is_found_by_the_end_of_its_address() -> None:
    """W3C's own file has a document type declaration that names another file: nothing is fetched for it."""
    signxml = pytest.importorskip("signxml")
    name = "xmldsig-core-schema.xsd"
    signatures = (Path(signxml.__file__).parent / "schemas" / name).read_bytes()
    entry = f"""\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
    targetNamespace="https://ptb.de/dcc">
  <xs:import namespace="http://www.w3.org/2000/09/xmldsig#"
      schemaLocation="http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/{name}"/>
  <xs:element name="digitalCalibrationCertificate"><xs:complexType><xs:sequence>
    <xs:any namespace="##targetNamespace" processContents="skip" maxOccurs="unbounded"/>
    <xs:element ref="ds:Signature" minOccurs="0"/>
  </xs:sequence><xs:anyAttribute processContents="skip"/></xs:complexType></xs:element>
</xs:schema>""".encode()
    folder = {"dcc.xsd": entry, f"w3c/{name}": signatures}
    assert validate_dcc(document("valid"), folder) == ()
    signed = document("valid").replace(
        b"</dcc:digitalCalibrationCertificate>",
        b'<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/></dcc:digitalCalibrationCertificate>',
    )
    (problem,) = validate_dcc(signed, folder)
    assert "Missing child element" in problem.what
