"""What a document may not do: name files, grow, hide, or be endless."""

import subprocess
import sys

import pytest

from calibration.dcc import DccError, MissingLibraryError, check_dcc, read_dcc
from calibration.dcc.document import root_of


def says(document: bytes | str, **options) -> str:
    with pytest.raises(DccError) as caught:
        read_dcc(document, **options)
    (problem,) = caught.value.problems
    assert problem.kind == "xml"
    assert check_dcc(document, **options) == (problem,)
    return str(problem)


DOCTYPE = "a document type declaration, which could name files or grow without end"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://localhost/evil.dtd">',
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://localhost/p"> %p;]>',
        "<!doctype d>",
    ],
)
def test_a_document_type_declaration_is_refused_unread(declaration: str) -> None:
    document = f'<?xml version="1.0"?>\n<!-- <!DOCTYPE in a comment is none -->\n<?go on?>\n{declaration}\n<d>&x;</d>'
    assert says(document) == f"line 4: {DOCTYPE}"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_an_encoding_hides_no_declaration(encoding: str) -> None:
    text = "<!DOCTYPE d><d/>"
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    assert says(marks.get(encoding, b"") + text.encode(encoding)) == f"line 1: {DOCTYPE}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "iso-8859-1"])
def test_documents_come_in_many_encodings(gauge: str, encoding: str) -> None:
    text = gauge.replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"').replace("&#232;", "è")
    reading = read_dcc(text.encode(encoding))
    assert reading.certificate.instrument.name == "Manomètre"
    assert reading == read_dcc(gauge)


def test_undefined_entities_are_not_well_formed(gauge: str) -> None:
    assert says(gauge.replace("P-77", "&x;")).startswith("line 12: not well-formed: Entity 'x' not defined")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not well-formed: Document is empty"),
        (b"   \n ", "line 2: not well-formed: Start tag expected, '<' not found"),
        ("<d>\n<e></d>", "line 2: not well-formed: Opening and ending tag mismatch: e line 2 and d"),
        ("<d/>\n<d/>", "line 2: not well-formed: Extra content at the end of the document"),
        (b'<?xml version="1.0" encoding="no-such"?><d/>', "expected text in no-such, which its bytes are not"),
        (b'<?xml version="1.0" encoding="undefined"?><d/>', "expected text in undefined, which its bytes are not"),
        (b'<?xml version="1.0" encoding="idna"?><\xff/>', "expected text in idna, which its bytes are not"),
        (b'<?xml version="1.0" encoding="hex"?><d/>', "expected text in hex, which its bytes are not"),
        (b"<d>\xff</d>", "expected text in utf-8, which its bytes are not"),
        ("<d>\ud800</d>", "characters that no XML document can have"),
    ],
)
def test_what_is_no_document_is_refused(document: bytes | str, reason: str) -> None:
    assert says(document).endswith(reason)


def test_a_document_that_is_too_large_is_not_looked_at(gauge: str) -> None:
    assert says(gauge, most_bytes=100) == f"expected at most 100 bytes, got {len(gauge)}"


def test_a_document_that_is_too_deep_is_refused() -> None:
    assert "not well-formed: Excessive depth" in says("<d>" * 5000 + "</d>" * 5000)


def test_a_text_of_megabytes_is_read(gauge: str) -> None:
    long = "x" * 3_000_000
    assert read_dcc(gauge.replace(">Client<", f">{long}<")).certificate.customer.name == long


def test_comments_before_the_root_cost_no_time(gauge: str) -> None:
    head, _, rest = gauge.partition("<d:digital")
    many = "<!-- - -->" * 20000
    assert read_dcc(f"{head}{many}<d:digital{rest}") == read_dcc(gauge)


def test_foreign_xml_inside_is_left_alone(gauge: str) -> None:
    own = '<d:xml><x:y xmlns:x="urn:x"><x:z/>text</x:y></d:xml>'
    assert read_dcc(gauge.replace("<d:list>", f"{own}<d:list>", 1)) == read_dcc(gauge)


def test_without_lxml_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(MissingLibraryError) as caught:
        root_of("<d/>")
    assert str(caught.value) == "digital certificates: need lxml, which is not installed. Install nhipdo[dcc]."


def test_lxml_is_loaded_by_the_first_document_only() -> None:
    code = (
        "import sys, calibration.dcc, calibration.certificate\n"
        "assert 'lxml' not in sys.modules\n"
        "calibration.dcc.check_dcc(b'<a/>')\n"
        "assert 'lxml' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("wrong", [None, 5, ["<d/>"]])
def test_a_document_is_bytes_or_text(wrong: object) -> None:
    with pytest.raises(ValueError, match="digital certificate") as refused:
        check_dcc(wrong)  # type: ignore[arg-type]
    assert str(refused.value) == f"digital certificate: document: expected bytes or text, got {wrong!r}. Read the file."


def test_one_unit_is_not_a_list_of_letters(gauge: str) -> None:
    with pytest.raises(ValueError, match="units") as refused:
        read_dcc(gauge, units="bar")
    assert str(refused.value) == (
        "digital certificate: units: expected several UCUM codes, got 'bar'. Write units=('bar',) for one."
    )
