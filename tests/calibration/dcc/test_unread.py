"""Nothing of another laboratory's document is dropped in silence."""

import pytest

from calibration.dcc import check_dcc, read_dcc

TEXT = "<d:content>{}</d:content>"
FILE = "<d:fileName>c.pdf</d:fileName><d:mimeType>application/pdf</d:mimeType><d:dataBase64>VGVz</d:dataBase64>"
HASH = (
    "<d:referral><d:content>R</d:content></d:referral><d:referralID>P-70</d:referralID><d:procedure>none</d:procedure>"
    "<d:value>none</d:value>"
)


@pytest.mark.parametrize(
    ("anchor", "inside", "says"),
    [
        (
            "</d:measurementResults>",
            '</d:measurementResults><x:Signature xmlns:x="http://www.w3.org/2000/09/xmldsig#"><x:any/></x:Signature>',
            "line 77: digitalCalibrationCertificate/ds:Signature: left out: a signature, which is not verified here",
        ),
        (
            "</d:measurementResults>",
            "</d:measurementResults><d:comment><own/></d:comment>",
            "line 77: digitalCalibrationCertificate/comment: left out: a comment",
        ),
        (
            "</d:measurementResults>",
            f"</d:measurementResults><d:document>{FILE}</d:document>",
            "line 77: digitalCalibrationCertificate/document: left out: a document 'c.pdf'",
        ),
        (
            "</d:uniqueIdentifier>",
            (
                "</d:uniqueIdentifier><d:identifications><d:identification><d:issuer>customer</d:issuer>"
                "<d:value>A 7</d:value><d:name><d:content>Order</d:content></d:name></d:identification>"
                "</d:identifications>"
            ),
            "line 12: identifications/identification: left out: the identification 'Order', A 7",
        ),
        (
            "</d:performanceLocation>",
            f"</d:performanceLocation><d:previousReport>{HASH}</d:previousReport>",
            "line 15: coreData/previousReport: left out: the previous report 'P-70'",
        ),
        (
            "</d:respPerson>\n  </d:respPersons>",
            (
                f"</d:respPerson><d:respPerson><d:person><d:name>{TEXT.format('C. Trois')}</d:name></d:person>"
                "</d:respPerson></d:respPersons>"
            ),
            "line 33: respPersons/respPerson: left out: a further person 'C. Trois'",
        ),
        (
            "<d:norm>DKD",
            f"<d:description>{TEXT.format('Three cycles,')}{TEXT.format('rising')}</d:description><d:norm>DKD",
            "line 43: usedMethod/description: left out: the description 'Three cycles, rising'",
        ),
        (
            "<!--end of error-->",
            (
                "</d:list><d:list>"
                '<d:quantity refType="a_b"><s:real><s:value>1</s:value><s:unit>\\one</s:unit></s:real></d:quantity>'
            ),
            (
                "line 71: data/list: left out: expected indication and reference value, or one of them and the error, "
                "got none"
            ),
        ),
        (
            "</d:results>",
            (
                f"<d:result><d:name>{TEXT.format('Leak')}</d:name><d:data><d:text>{TEXT.format('none')}</d:text>"
                "</d:data></d:result></d:results>"
            ),
            "line 75: results/result: left out: the result 'Leak', which has no table",
        ),
        (
            "</d:results>",
            (
                "</d:results><d:measurementMetaData><d:metaData>"
                f"<d:declaration>{TEXT.format('Upright')}</d:declaration></d:metaData></d:measurementMetaData>"
            ),
            "line 75: measurementMetaData/metaData: left out: the metadata 'Upright'",
        ),
        (
            "<s:unit>\\kelvin",
            "<s:unit>\\furlong",
            (
                "line 44: influenceConditions/influenceCondition: left out: the condition 'Ambient temperature', unit: "
                "spelling: expected units with a code in UCUM, \\furlong has none known here, got '\\\\furlong'. "
                "Convert the values to another unit, or mend the spelling"
            ),
        ),
    ],
)
def test_what_has_no_place_in_a_certificate_is_named(gauge: str, anchor: str, inside: str, says: str) -> None:
    assert gauge.count(anchor) == 1
    document = gauge.replace(anchor, inside)
    assert check_dcc(document) == ()
    reading = read_dcc(document)
    assert [str(problem) for problem in reading.left_out] == [says]
    assert reading.certificate.results == read_dcc(gauge).certificate.results


def test_methods_and_standards_that_stand_with_a_table_are_read(gauge: str) -> None:
    standard = (
        f"<d:measuringEquipments><d:measuringEquipment><d:name>{TEXT.format('Piston')}</d:name>"
        "</d:measuringEquipment></d:measuringEquipments>"
    )
    method = f"<d:usedMethods><d:usedMethod><d:name>{TEXT.format('Rising')}</d:name></d:usedMethod></d:usedMethods>"
    certificate = read_dcc(gauge.replace("</d:list>", f"{method}{standard}</d:list>")).certificate
    assert [m.name for m in certificate.methods] == ["Comparison", "Rising"]
    assert [s.name for s in certificate.standards] == ["Piston"]


@pytest.mark.parametrize("version", ["3.2.1", "3.1.2", "3.3.1"])
def test_an_older_document_of_the_same_form_is_read_when_practice_is_let_pass(gauge: str, version: str) -> None:
    reading = read_dcc(gauge.replace('schemaVersion="3.3.0"', f'schemaVersion="{version}"'), strict=False)
    assert [(p.kind, str(p)) for p in reading.left_out] == [
        ("practice", f"line 3: digitalCalibrationCertificate: expected schemaVersion 3.3.0, got {version}")
    ]
    assert reading.certificate == read_dcc(gauge).certificate


@pytest.mark.parametrize("version", ["2.4.0", "3.4.0", "4.0.0", "3.3", "3.3.0-rc.1", ""])
def test_what_another_generation_means_is_not_guessed_at(gauge: str, version: str) -> None:
    (problem,) = check_dcc(gauge.replace('schemaVersion="3.3.0"', f'schemaVersion="{version}"'))
    assert problem.kind == "schema"
    assert problem.what == f"expected schemaVersion 3.3.0, got {version or 'none'}"


def test_two_statements_of_one_kind_are_read_one_below_the_other(gauge: str) -> None:
    said = "".join(
        '<d:statement refType="basic_metrologicallyTraceableToSI">'
        f"<d:declaration>{TEXT.format(text)}</d:declaration></d:statement>"
        for text in ("By METAS", "By PTB")
    )
    document = gauge.replace("<!--statements-->", f"<d:statements>{said}</d:statements>")
    assert read_dcc(document).certificate.traceability == "By METAS\nBy PTB"
