"""Broken documents are refused, each with its line and its reason."""

import pytest

from calibration.dcc import DccError, check_dcc, read_dcc


def swap(document: str, old: str, new: str) -> str:
    assert old in document
    return document.replace(old, new, 1)


FORM = [
    ("3.3.0", "3.2.1", "line 3: digitalCalibrationCertificate: expected schemaVersion 3.3.0, got 3.2.1"),
    (' schemaVersion="3.3.0"', "", "line 3: digitalCalibrationCertificate: expected schemaVersion 3.3.0, got none"),
    (
        "https://ptb.de/dcc",
        "https://ptb.de/other",
        (
            "line 3: {https://ptb.de/other}digitalCalibrationCertificate: expected the root "
            "dcc:digitalCalibrationCertificate, got '{https://ptb.de/other}digitalCalibrationCertificate'"
        ),
    ),
    (
        "P-77",
        "",
        "line 12: coreData/uniqueIdentifier: expected text without blanks around it, got nothing",
    ),
    (
        "P-77",
        " P-77",
        "line 12: coreData/uniqueIdentifier: expected text without blanks around it, got ' P-77'",
    ),
    (
        "<d:uniqueIdentifier>P-77</d:uniqueIdentifier>",
        "",
        (
            "line 13: coreData/beginPerformanceDate: expected mandatoryLangCodeISO639_1 or uniqueIdentifier in its "
            "place, got beginPerformanceDate"
        ),
    ),
    (
        (
            '<d:name><d:content lang="fr">Manom&#232;tre</d:content>'
            '<d:content lang="en">Pressure gauge</d:content></d:name>'
        ),
        "",
        "line 20: item/identifications: expected name in its place, got identifications",
    ),
    (
        "<d:issuer>owner</d:issuer>",
        "<d:issuer>me</d:issuer>",
        (
            "line 22: identification/issuer: expected manufacturer, calibrationLaboratory, customer, owner or other, "
            "got 'me'"
        ),
    ),
    (
        "2024-03-04",
        "2024-02-30",
        "line 13: coreData/beginPerformanceDate: expected a date like 2024-05-31, got '2024-02-30'",
    ),
    (">CH<", ">Schweiz<", "line 8: coreData/countryCodeISO3166_1: expected two capital letters, got 'Schweiz'"),
    (
        "<d:performanceLocation>customer<",
        "<d:performanceLocation>outside<",
        (
            "line 15: coreData/performanceLocation: expected laboratory, customer, laboratoryBranch, customerBranch or "
            "other, got 'outside'"
        ),
    ),
    (
        "1.00 2.00 3.00",
        "1.00 2,00 3.00",
        "line 56: si:realListXMLList/si:valueXMLList: expected numbers, got '1.00 2,00 3.00'",
    ),
    (
        "1.00 2.00 3.00",
        "1.00 INF 3.00",
        "line 56: si:realListXMLList/si:valueXMLList: expected numbers, got '1.00 INF 3.00'",
    ),
    (
        "XMLList>0.004<",
        "XMLList>-0.004<",
        "line 66: si:expandedUncXMLList/si:uncertaintyXMLList: expected numbers, 0 or more, got '-0.004'",
    ),
    (
        "<s:coverageFactorXMLList>2<",
        "<s:coverageFactorXMLList>0.9<",
        (
            "line 67: si:expandedUncXMLList/si:coverageFactorXMLList: expected coverage factors, 1 or more, without "
            "exponent, got '0.9'"
        ),
    ),
    (
        "<s:coverageProbabilityXMLList>0.95<",
        "<s:coverageProbabilityXMLList>95<",
        (
            "line 68: si:expandedUncXMLList/si:coverageProbabilityXMLList: expected probabilities, 0 to 1, without "
            "exponent, got '95'"
        ),
    ),
    (
        "<s:unitXMLList>\\bar</s:unitXMLList>\n        </s:realListXMLList>\n       </d:quantity>\n       <d:quantity",
        "</s:realListXMLList>\n       </d:quantity>\n       <d:quantity",
        "line 56: quantity/si:realListXMLList: expected si:unitXMLList in it, got its end",
    ),
    (
        "<d:results>",
        "<d:results>loose words",
        "line 50: measurementResult/results: expected elements alone, got the text 'loose words'",
    ),
    (
        "<d:release>v2.0</d:release>",
        "<d:release><d:b>v2.0</d:b></d:release>",
        "line 6: release/b: expected text alone, got an element in release",
    ),
    (
        "<d:results>",
        '<d:results colour="red">',
        "line 50: measurementResult/results: expected no attribute colour, got 'red'",
    ),
    ("<d:list>", '<d:list id="7">', "line 54: data/list: expected an identifier as id, got '7'"),
    ("<d:list>", '<d:list refType=" ">', "line 54: data/list: expected one or more words as refType, got none"),
    ("<d:list>", '<d:list id="x²">', "line 54: data/list: expected an identifier as id, got 'x²'"),
    (
        "<d:results>",
        '<d:results id="r">',
        "line 50: measurementResult/results: expected no attribute id, got 'r'",
    ),
    (
        "<d:list>",
        '<d:list schemaVersion="3.3.0">',
        "line 54: data/list: expected no attribute schemaVersion, got '3.3.0'",
    ),
    (
        "<d:release>v2.0",
        '<d:release refType="basic_a">v2.0',
        "line 6: software/release: expected no attribute refType, got 'basic_a'",
    ),
    ("<s:real>", '<s:real id="r">', "line 46: quantity/si:real: expected no attribute id, got 'r'"),
    (
        'lang="en">Pressure g',
        'lang="eng">Pressure g',
        "line 19: name/content: expected two small letters as lang, got 'eng'",
    ),
    (
        "<d:mainSigner>1</d:mainSigner>",
        "<d:mainSigner>yes</d:mainSigner>",
        "line 33: respPerson/mainSigner: expected true or false, got 'yes'",
    ),
    (
        "</d:customer>",
        "</d:customer><d:customer/>",
        "line 36: administrativeData/customer: expected refTypeDefinitions or statements in its place, got customer",
    ),
]

TWO_FRENCH = (
    '<d:name><d:content lang="fr">A</d:content><d:content lang="fr">B</d:content><d:content lang="en">C</d:content>'
)
PRACTICE = [
    (
        "<d:usedLangCodeISO639_1>en</d:usedLangCodeISO639_1>",
        "",
        "line 19: name/content: expected one of the declared languages fr as lang, got en",
    ),
    (
        '<d:content lang="en">Pressure</d:content>',
        "",
        "line 52: result/name: expected every declared language or none, got no en",
    ),
    (
        '<d:name><d:content lang="fr">Pression</d:content><d:content lang="en">Pressure</d:content>',
        TWO_FRENCH,
        "line 52: result/name: expected each language once, got fr again",
    ),
    (
        "<d:usedLangCodeISO639_1>fr</d:usedLangCodeISO639_1>",
        "<d:usedLangCodeISO639_1>fr</d:usedLangCodeISO639_1><d:usedLangCodeISO639_1>fr</d:usedLangCodeISO639_1>",
        "line 9: coreData/usedLangCodeISO639_1: expected each language once, got fr again",
    ),
    (
        "<s:uncertaintyXMLList>0.004",
        "<s:uncertaintyXMLList>0.004 0.004",
        "line 66: si:expandedUncXMLList/si:uncertaintyXMLList: expected 3 entries as in si:valueXMLList, or one, got 2",
    ),
    (
        "<s:unitXMLList>\\bar",
        "<s:unitXMLList>\\bar \\bar",
        "line 56: si:realListXMLList/si:unitXMLList: expected 3 entries as in si:valueXMLList, or one, got 2",
    ),
    (
        "1.01 2.01 2.98",
        "1.01 2.01",
        (
            "line 60: si:realListXMLList/si:valueXMLList: expected 3 entries, as the list's first quantity has (line "
            "56), got 2"
        ),
    ),
    ("1.00 2.00 3.00", "", "line 56: si:realListXMLList/si:valueXMLList: expected entries, got 0"),
    (
        "1.00 2.00 3.00",
        " 1.00  2.00 3.00",
        "line 56: si:realListXMLList/si:valueXMLList: expected one blank between entries and none around, got others",
    ),
    (
        'refType="basic_referenceValue"',
        'refType="basic_referenceValue  a_b"',
        (
            "line 55: list/quantity: expected one blank between words of refType and none around, "
            "got 'basic_referenceValue  a_b'"
        ),
    ),
    ("<d:list>", '<d:list refId="nobody">', "line 54: data/list: expected the id of an element as refId, got 'nobody'"),
    (
        "\\kelvin",
        "\\kelvin \\metre",
        "line 46: si:real/si:unit: expected a unit without blanks, got '\\\\kelvin \\\\metre'",
    ),
    ("v2.0", "2.0 beta", "line 6: software/release: expected a release like v1.2.3, got '2.0 beta'"),
    (
        "2024-03-05",
        "2024-03-01",
        "line 14: coreData/endPerformanceDate: expected 2024-03-04 or later, got 2024-03-01",
    ),
]


@pytest.mark.parametrize(("old", "new", "says"), FORM + PRACTICE)
def test_a_broken_document_is_refused_with_line_and_reason(gauge: str, old: str, new: str, says: str) -> None:
    document = swap(gauge, old, new)
    with pytest.raises(DccError) as caught:
        read_dcc(document)
    assert str(caught.value.problems[0]) == says
    assert caught.value.problems == check_dcc(document)


def test_the_document_that_is_broken_here_is_whole(gauge: str) -> None:
    assert check_dcc(gauge) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<d:results>", "<d:results><!-- a comment --><?an instruction?>"),
        ("<d:list>", '<d:list id="one">'),
        ("<d:list>", '<d:list id="Bảng_e\u0302\u0301.1">'),
        (">P-77<", ">P-77\u00a0<"),
        ("3.00", "3e0"),
        ("<d:result>", '<d:result xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="false">'),
        ("<d:list>", "<d:list><d:name><d:content/></d:name>"),
        ("</d:measurementResults>", "</d:measurementResults><d:comment><own/></d:comment>"),
        (
            "<d:usedMethods>",
            (
                "<d:description><d:content>A</d:content><d:formula><d:latex>x</d:latex></d:formula></d:description>"
                "<d:usedMethods>"
            ),
        ),
    ],
)
def test_what_is_allowed_is_not_complained_of(gauge: str, old: str, new: str) -> None:
    assert check_dcc(swap(gauge, old, new)) == ()


def test_an_id_is_used_once(gauge: str) -> None:
    document = swap(swap(gauge, "<d:list>", '<d:list id="a">'), "<d:result>", '<d:result id="a">')
    assert [str(p) for p in check_dcc(document)] == [
        "line 51: results/result: expected an id of its own, got 'a' a second time"
    ]


def test_a_foreign_unit_must_be_declared(gauge: str) -> None:
    real = "<s:real><s:value>293.15</s:value><s:unit>\\kelvin</s:unit>"
    start = gauge.index("<s:real>")
    end = gauge.index("</s:real>") + len("</s:real>")
    both = f"<s:hybrid>{real}</s:real><s:real><s:value>68</s:value><s:unit>|degF</s:unit></s:real></s:hybrid>"
    document = gauge[:start] + both + gauge[end:]
    assert [str(p) for p in check_dcc(document)] == [
        "line 46: si:real/si:unit: expected a unit that a statement declares as nonSIUnit, got '|degF'"
    ]
    told = "<d:nonSIDefinition>degree Fahrenheit</d:nonSIDefinition><d:nonSIUnit>|degF</d:nonSIUnit>"
    statements = "<d:statements><d:statement>{}</d:statement></d:statements>"
    declared = swap(document, "<!--statements-->", statements.format(told))
    assert check_dcc(declared) == ()
    assert read_dcc(declared).certificate.conditions[0].unit == "K"
    half = swap(document, "<!--statements-->", statements.format("<d:nonSIUnit>|degF</d:nonSIUnit>"))
    assert [str(p) for p in check_dcc(half)] == [
        "line 37: statement/nonSIUnit: expected nonSIDefinition beside it, got none"
    ]


@pytest.mark.parametrize("name", ["usedMethods", "influenceConditions"])
def test_results_say_how_they_came_about(gauge: str, name: str) -> None:
    start = gauge.index(f"<d:{name}>")
    stop = gauge.index(f"</d:{name}>") + len(f"</d:{name}>")
    stated = gauge[start:stop]
    document = gauge[:start] + "\n" * stated.count("\n") + gauge[stop:]
    assert [str(p) for p in check_dcc(document)] == [
        f"line 54: data/list: expected {name} here or with the measurementResult, got none"
    ]
    assert check_dcc(swap(document, "</d:list>", f"{stated}</d:list>")) == ()


def test_all_problems_are_listed_and_the_first_ones_said(gauge: str) -> None:
    document = swap(gauge, "<d:usedLangCodeISO639_1>en</d:usedLangCodeISO639_1>", "")
    document = swap(document, "v2.0", "2 beta")
    document = swap(document, "<d:list>", '<d:list refId="b c d">')
    with pytest.raises(DccError) as caught:
        read_dcc(document)
    assert [p.line for p in caught.value.problems] == [6, 19, 41, 52, 54, 54, 54]
    assert str(caught.value).endswith("; and 2 more. Ask its laboratory for a mended one.")
