"""Documents of other laboratories."""

from datetime import date

import pytest

from calibration.certificate import ChannelResults, Condition, Instrument, Method, Party, Point, Standard
from calibration.dcc import DccError, read_dcc

ERROR = "<!--error-->", "<!--end of error-->"


def with_error(gauge: str, quantity: str) -> str:
    """The gauge's document with another quantity in the place of its errors."""
    before, _, rest = gauge.partition(ERROR[0])
    return before + quantity + rest.partition(ERROR[1])[2]


def column(word: str, values: str, unit: str, uncertainty: str = "") -> str:
    return (
        f'<d:quantity refType="{word}"><s:realListXMLList><s:valueXMLList>{values}</s:valueXMLList>'
        f"<s:unitXMLList>{unit}</s:unitXMLList>{uncertainty}</s:realListXMLList></d:quantity>"
    )


def expanded(u: str, k: str = "2", p: str = "0.95") -> str:
    return (
        "<s:measurementUncertaintyUnivariateXMLList><s:expandedMUXMLList>"
        f"<s:valueExpandedMUXMLList>{u}</s:valueExpandedMUXMLList>"
        f"<s:coverageFactorXMLList>{k}</s:coverageFactorXMLList>"
        f"<s:coverageProbabilityXMLList>{p}</s:coverageProbabilityXMLList>"
        "</s:expandedMUXMLList></s:measurementUncertaintyUnivariateXMLList>"
    )


def statement(inside: str) -> str:
    return f"<d:statements><d:statement>{inside}</d:statement></d:statements>"


def only(gauge: str, **options) -> ChannelResults:
    (results,) = read_dcc(gauge, **options).certificate.results
    return results


def refused(document: str) -> str:
    with pytest.raises(DccError) as caught:
        read_dcc(document)
    return str(caught.value).removesuffix(" Ask its laboratory for a mended one.")


def test_all_that_it_says_is_read(gauge: str) -> None:
    certificate = read_dcc(gauge, language="en").certificate
    assert certificate.number == "P-77"
    assert certificate.language == "en"
    assert certificate.laboratory == Party("Labo", "Rue 3", "Berne")
    assert certificate.customer == Party("Client", country="CH")
    assert certificate.instrument == Instrument("Pressure gauge", serial="M 5", identity="G-1")
    assert certificate.methods == (Method("Comparison", "DKD-R 6-1"),)
    assert certificate.conditions == (Condition("Ambient temperature", "K", 293.15, u=0.5),)
    assert (certificate.calibrated_by, certificate.authorised_by) == ("A. Un", "B. Deux")
    assert (certificate.begun, certificate.ended) == (date(2024, 3, 4), date(2024, 3, 5))
    assert certificate.place == "customer"
    points = (
        Point(1.01, 1.0, 0.004, 2.0, 0.95, error=0.01),
        Point(2.01, 2.0, 0.004, 2.0, 0.95, error=0.01),
        Point(2.98, 3.0, 0.004, 2.0, 0.95, error=-0.02),
    )
    assert certificate.results == (ChannelResults("result_1", "Pressure", "bar", points),)


@pytest.mark.parametrize(
    ("wanted", "said"), [("en", "Pressure"), ("fr", "Pression"), (None, "Pression"), ("vi", "Pression")]
)
def test_texts_come_in_the_wanted_language_or_the_mandatory_one(gauge: str, wanted: str | None, said: str) -> None:
    assert only(gauge, language=wanted).quantity == said


def test_bytes_and_text_are_the_same_document(gauge: str) -> None:
    assert read_dcc(gauge.encode()) == read_dcc(gauge) == read_dcc("\ufeff" + gauge)


@pytest.mark.parametrize(
    "uncertainty",
    [
        expanded("0.004"),
        expanded("\n  0.004\n  0.004\n  0.004\n"),
        expanded("0.004 0.004 0.004", "2 2 2", "0.95 0.95 0.95"),
        (
            "<s:expandedUncXMLList><s:uncertaintyXMLList>0.004</s:uncertaintyXMLList>"
            "<s:coverageFactorXMLList>2</s:coverageFactorXMLList>"
            "<s:coverageProbabilityXMLList>0.95</s:coverageProbabilityXMLList>"
            "<s:distributionXMLList>normal</s:distributionXMLList></s:expandedUncXMLList>"
        ),
    ],
)
def test_expanded_uncertainties_are_read_in_old_and_new_form(gauge: str, uncertainty: str) -> None:
    document = with_error(gauge, column("basic_measurementError", "0.01 0.01 -0.02", r"\bar", uncertainty))
    assert only(document) == only(gauge)


@pytest.mark.parametrize(
    "uncertainty",
    [
        (
            "<s:measurementUncertaintyUnivariateXMLList><s:standardMUXMLList>"
            "<s:valueStandardMUXMLList>0.002</s:valueStandardMUXMLList>"
            "</s:standardMUXMLList></s:measurementUncertaintyUnivariateXMLList>"
        ),
        (
            "<s:measurementUncertaintyUnivariateXMLList><s:coverageIntervalMUXMLList>"
            "<s:valueStandardMUXMLList>0.002</s:valueStandardMUXMLList>"
            "<s:intervalMinXMLList>0 0 0</s:intervalMinXMLList>"
            "<s:intervalMaxXMLList>1 1 1</s:intervalMaxXMLList>"
            "<s:coverageProbabilityXMLList>0.95</s:coverageProbabilityXMLList>"
            "</s:coverageIntervalMUXMLList></s:measurementUncertaintyUnivariateXMLList>"
        ),
        (
            "<s:coverageIntervalXMLList><s:standardUncXMLList>0.002</s:standardUncXMLList>"
            "<s:intervalMinXMLList>0</s:intervalMinXMLList><s:intervalMaxXMLList>1</s:intervalMaxXMLList>"
            "<s:coverageProbabilityXMLList>0.95</s:coverageProbabilityXMLList></s:coverageIntervalXMLList>"
        ),
    ],
)
def test_a_standard_uncertainty_is_one_with_a_factor_of_one(gauge: str, uncertainty: str) -> None:
    document = with_error(gauge, column("basic_measurementError", "0.01 0.01 -0.02", r"\bar", uncertainty))
    assert [(p.expanded, p.k, p.u, p.probability) for p in only(document).as_found] == [(0.002, 1.0, 0.002, None)] * 3


def test_a_correction_is_the_negative_error(gauge: str) -> None:
    document = with_error(gauge, column("basic_correction", "-0.01 -0.01 0.02", r"\bar", expanded("0.004")))
    assert only(document) == only(gauge)


def test_a_relative_error_is_one_of_the_reference_value(gauge: str) -> None:
    document = with_error(gauge, column("basic_measurementError", "1.0 0.5 -0.7", r"\percent", expanded("0.4")))
    points = only(document).as_found
    assert [p.error for p in points] == pytest.approx([0.01, 0.01, -0.021])
    assert [p.expanded for p in points] == pytest.approx([0.004, 0.008, 0.012])


def test_without_errors_the_indications_uncertainty_counts(gauge: str) -> None:
    stated = gauge.replace(
        "<s:valueXMLList>1.01 2.01 2.98</s:valueXMLList><s:unitXMLList>\\bar</s:unitXMLList>",
        "<s:valueXMLList>1.01 2.01 2.98</s:valueXMLList><s:unitXMLList>\\bar</s:unitXMLList>" + expanded("0.006"),
    )
    points = only(with_error(stated, "")).as_found
    assert [p.error for p in points] == pytest.approx([0.01, 0.01, -0.02])
    assert [p.expanded for p in points] == [0.006] * 3


def test_indications_follow_from_reference_and_error(gauge: str) -> None:
    document = gauge.replace("basic_measuredValue", "basic_somethingElse")
    assert [p.indication for p in only(document).as_found] == pytest.approx([1.01, 2.01, 2.98])


def test_reference_values_follow_from_indication_and_error(gauge: str) -> None:
    document = gauge.replace("basic_referenceValue", "basic_somethingElse")
    assert [p.reference for p in only(document).as_found] == pytest.approx([1.0, 2.0, 3.0])


HYBRID = (
    '<d:quantity refType="{word}"><s:hybrid>'
    "<s:realListXMLList><s:valueXMLList>{pascal}</s:valueXMLList>"
    "<s:unitXMLList>\\pascal</s:unitXMLList></s:realListXMLList>"
    "<s:realListXMLList><s:valueXMLList>{bar}</s:valueXMLList><s:unitXMLList>\\bar</s:unitXMLList></s:realListXMLList>"
    "</s:hybrid></d:quantity>"
)


def hybrid(gauge: str) -> str:
    before, _, rest = gauge.partition('<d:quantity refType="basic_referenceValue">')
    reference = HYBRID.format(word="basic_referenceValue", pascal="1e5 2e5 3e5", bar="1 2 3")
    shown = HYBRID.format(word="basic_measuredValue", pascal="1.01e5 2.01e5 2.98e5", bar="1.01 2.01 2.98")
    return before + reference + shown + ERROR[0] + rest.partition(ERROR[0])[2]


def test_of_several_units_the_one_is_taken_that_all_have(gauge: str) -> None:
    assert only(hybrid(gauge)) == only(gauge)


def test_of_several_units_the_wanted_one_is_taken(gauge: str) -> None:
    error = HYBRID.format(word="basic_measurementError", pascal="1e3 1e3 -2e3", bar="0.01 0.01 -0.02")
    error = error.replace("\\pascal</s:unitXMLList>", "\\pascal</s:unitXMLList>" + expanded("400"))
    error = error.replace("\\bar</s:unitXMLList>", "\\bar</s:unitXMLList>" + expanded("0.004"))
    document = with_error(hybrid(gauge), error)
    assert only(document).unit == "Pa"
    assert only(document, units=("kPa", "bar")) == only(gauge)


def test_degrees_with_errors_in_kelvins_are_one_table(gauge: str) -> None:
    document = with_error(gauge, column("basic_measurementError", "0.01 0.01 -0.02", r"\kelvin", expanded("0.004")))
    assert only(document.replace("\\bar", "\\degreecelsius")).unit == "Cel"


def test_single_values_beside_each_other_are_a_point(gauge: str) -> None:
    head, _, rest = gauge.partition("<d:list>")
    tail = rest.partition("</d:list>")[2]
    single = (
        '<d:quantity refType="x_referenceValue">'
        "<s:real><s:value>5</s:value><s:unit>\\bar</s:unit></s:real></d:quantity>"
        '<d:quantity refType="x_measuredValue"><s:real><s:value>5.1</s:value><s:unit>\\bar</s:unit>'
        "<s:measurementUncertaintyUnivariate><s:expandedMU><s:valueExpandedMU>0.02</s:valueExpandedMU>"
        "<s:coverageFactor>2</s:coverageFactor><s:coverageProbability>0.95</s:coverageProbability></s:expandedMU>"
        "</s:measurementUncertaintyUnivariate></s:real></d:quantity>"
    )
    assert only(head + single + tail).as_found == (Point(5.1, 5.0, 0.02, 2.0, 0.95),)


def test_a_value_that_is_missing_costs_its_point(gauge: str) -> None:
    assert len(only(gauge.replace("1.01 2.01 2.98", "1.01 NaN 2.98")).as_found) == 2


def test_results_before_and_after_an_adjustment_are_one_channel(gauge: str) -> None:
    head, _, rest = gauge.partition("<d:measurementResult>")
    measured = "<d:measurementResult>" + rest.partition("</d:measurementResult>")[0] + "</d:measurementResult>"
    tail = rest.partition("</d:measurementResult>")[2]
    name = "<d:name><d:content>Ambient temperature</d:content></d:name>"
    before = measured.replace(name, name + "<d:status>beforeAdjustment</d:status>")
    after = measured.replace(name, name + "<d:status>afterAdjustment</d:status>").replace("2.98", "2.99")
    results = only(head + before + after.replace("-0.02", "-0.01") + tail)
    assert [p.indication for p in results.as_found] == [1.01, 2.01, 2.98]
    assert [p.indication for p in results.as_left] == [1.01, 2.01, 2.99]


def test_two_results_are_two_channels(gauge: str) -> None:
    head, _, rest = gauge.partition("<d:measurementResult>")
    measured = "<d:measurementResult>" + rest.partition("</d:measurementResult>")[0] + "</d:measurementResult>"
    document = head + measured + measured + rest.partition("</d:measurementResult>")[2]
    assert [r.channel for r in read_dcc(document).certificate.results] == ["result_1", "result_2"]


def test_limits_of_a_condition_are_limits(gauge: str) -> None:
    kelvin = "<s:real><s:value>{}</s:value><s:unit>\\kelvin</s:unit></s:real></d:quantity>"
    before, _, rest = gauge.partition("<d:data><d:quantity><s:real><s:value>293.15")
    data = "<d:data>" + "".join(
        f'<d:quantity refType="basic_temperature{end}">{kelvin.format(value)}'
        for end, value in (("Min", 293), ("Max", 299))
    )
    document = before + data + "</d:data>" + rest.partition("</d:data>")[2]
    assert read_dcc(document).certificate.conditions == (Condition("Ambient temperature", "K", low=293.0, high=299.0),)


def test_what_has_no_place_is_named(gauge: str) -> None:
    due = statement("<d:declaration><d:content>Next</d:content></d:declaration><d:date>2025-03-05</d:date>")
    document = gauge.replace("<!--statements-->", due)
    reading = read_dcc(document)
    assert [str(problem) for problem in reading.left_out] == [
        "line 37: statements/statement: left out: the statement 'Next' with the date 2025-03-05"
    ]
    assert reading.certificate == read_dcc(gauge).certificate


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda g: with_error(g, column("basic_measurementError", "0.01 0.01 -0.02", r"\bar")),
            "line 54: data/list: left out: expected an uncertainty of the error or the indication, got none",
        ),
        (
            lambda g: with_error(g, "").replace("basic_measuredValue", "basic_nominalValue"),
            (
                "line 54: data/list: left out: expected indication and reference value, or one of them and the error, "
                "got reference"
            ),
        ),
        (
            lambda g: with_error(g, column("basic_measurementError", "0 0 0", r"\bar", expanded("NaN"))),
            "line 54: data/list: left out: expected an uncertainty of the error or the indication, got none",
        ),
        (
            lambda g: g.replace(
                "0.01 0.01 -0.02</s:valueXMLList><s:unitXMLList>\\bar",
                "0.01 0.01 -0.02</s:valueXMLList><s:unitXMLList>\\pascal",
            ),
            "line 54: data/list: left out: expected error in bar, got Pa",
        ),
        (
            lambda g: g.replace("\\bar", "\\furlong"),
            (
                "line 56: quantity/si:realListXMLList: left out: unit: spelling: expected units with a code "
                "in UCUM, \\furlong has none known here, got '\\\\furlong'. Convert the values to another unit, or "
                "mend the spelling"
            ),
        ),
        (
            lambda g: g.replace("<s:unitXMLList>\\bar", "<s:unitXMLList>\\bar \\bar \\pascal", 1),
            "line 56: quantity/si:realListXMLList: left out: expected one unit for all values, got 2",
        ),
        (
            lambda g: g.replace(
                "0.01 0.01 -0.02</s:valueXMLList><s:unitXMLList>\\bar",
                "0.01 0.01 -0.02</s:valueXMLList><s:unitXMLList>\\percent",
            ).replace("basic_referenceValue", "x"),
            "line 54: data/list: left out: expected reference values beside error in %, got none",
        ),
        (
            lambda g: g.replace(
                "1.00 2.00 3.00</s:valueXMLList><s:unitXMLList>\\bar",
                "1.00 2.00 3.00</s:valueXMLList><s:unitXMLList>\\pascal",
            ),
            "line 54: data/list: left out: expected reference in bar, got Pa",
        ),
    ],
)
def test_a_table_that_is_none_of_calibration_is_named(gauge: str, change, says: str) -> None:
    reading = read_dcc(change(gauge))
    assert reading.certificate.results == ()
    assert [str(problem) for problem in reading.left_out] == [says]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda g: g.replace("0.01 0.01 -0.02", "0.01 0.01 0.02"),
            (
                "digital certificate: line 54: data/list: entry 3: certificate point: error: expected indication - "
                "reference = -0.02 within U = 0.004, got 0.02. Look whether it is the correction (its negative), or "
                "another line of the table."
            ),
        ),
        (
            lambda g: g.replace(
                "<!--error-->",
                "<d:quantity refType='x_degreesOfFreedom'><d:charsXMLList>many</d:charsXMLList></d:quantity>",
            ),
            "digital certificate: line 63: list/quantity: expected numbers of degrees of freedom, got 'many'.",
        ),
        (
            lambda g: g.replace("293.15", "1e999"),
            (
                "digital certificate: line 44: influenceConditions/influenceCondition: condition 'Ambient "
                "temperature': value: expected a finite number, got inf. Look at what it was computed from."
            ),
        ),
        (
            lambda g: g.replace(
                "<d:beginPerformanceDate>", "<d:receiptDate>2024-03-06</d:receiptDate><d:beginPerformanceDate>"
            ),
            (
                "digital certificate: line 7: administrativeData/coreData: certificate P-77: begun: expected received "
                "(2024-03-06) or later, got "
                "2024-03-04. Look at both dates."
            ),
        ),
        (
            lambda g: g.replace("<d:result>", '<d:result refType="nhipdo_channel">'),
            (
                "digital certificate: line 51: results/result: channel '': channel: expected a text, got none. "
                "Name it; the unit 1 is for "
                "what has none."
            ),
        ),
        (
            lambda g: g.replace("2024-03-05", "2024-03-03"),
            "digital certificate: line 14: coreData/endPerformanceDate: expected 2024-03-04 or later, got 2024-03-03.",
        ),
    ],
)
def test_numbers_that_make_no_sense_are_refused(gauge: str, change, says: str) -> None:
    assert refused(change(gauge)) == says


def test_a_further_item_is_named(gauge: str) -> None:
    item = gauge[gauge.index("<d:item>") : gauge.index("</d:items>")]
    document = gauge.replace("</d:items>", f"{item.replace('G-1', 'G-2')}</d:items>")
    reading = read_dcc(document, language="en")
    assert [str(p) for p in reading.left_out] == ["line 25: items/item: left out: a further item 'Pressure gauge'"]
    assert reading.certificate.instrument.identity == "G-1"


def test_a_condition_in_words_alone_is_named(gauge: str) -> None:
    before, _, rest = gauge.partition("<d:data><d:quantity><s:real><s:value>293.15")
    words = "<d:data><d:text><d:content>mild</d:content></d:text></d:data>"
    reading = read_dcc(before + words + rest.partition("</d:data>")[2])
    assert reading.certificate.conditions == ()
    assert [p.what for p in reading.left_out] == [
        "left out: the condition 'Ambient temperature', which has no single value or limits"
    ]


def test_standards_are_read_with_their_certificates(gauge: str) -> None:
    standard = (
        "<d:measuringEquipments><d:measuringEquipment><d:name><d:content>Piston gauge</d:content></d:name>"
        "<d:certificate><d:referral><d:content>METAS</d:content></d:referral><d:referralID>M-1</d:referralID>"
        "<d:procedure>none</d:procedure><d:value>none</d:value></d:certificate>"
        "<d:identifications><d:identification><d:issuer>calibrationLaboratory</d:issuer><d:value>N-3</d:value>"
        "</d:identification></d:identifications></d:measuringEquipment></d:measuringEquipments>"
    )
    document = gauge.replace("</d:usedMethods>", f"</d:usedMethods>{standard}")
    assert read_dcc(document).certificate.standards == (Standard("Piston gauge", identity="N-3", certificate="M-1"),)


def test_degrees_of_freedom_are_read_as_numbers_too(gauge: str) -> None:
    dof = column("lab_degreesOfFreedom", "50 NaN 8.5", r"\one")
    assert [p.dof for p in only(gauge.replace("<!--error-->", dof)).as_found] == [50.0, None, 8.5]


def test_tables_of_metadata_are_no_results(gauge: str) -> None:
    limit = (
        "<d:measurementMetaData><d:metaData><d:conformityXMLList>pass</d:conformityXMLList><d:data><d:list>"
        + column("basic_acceptanceLimitLower", "-1 -1", r"\bar")
        + "</d:list></d:data></d:metaData></d:measurementMetaData>"
    )
    document = gauge.replace("<!--end of error-->", "").replace("</d:list>", f"{limit}</d:list>", 1)
    reading = read_dcc(document)
    assert reading.certificate.results == read_dcc(gauge).certificate.results
    assert reading.left_out == ()


def test_tables_within_tables_are_channels(gauge: str) -> None:
    start, stop = gauge.index("<d:list>"), gauge.index("</d:list>") + len("</d:list>")
    table = gauge[start:stop]
    results = read_dcc(gauge[:start] + f"<d:list>{table}{table}</d:list>" + gauge[stop:]).certificate.results
    assert [r.channel for r in results] == ["result_1", "result_1_2"]
    assert results[0].as_found == results[1].as_found


def test_results_in_another_unit_after_an_adjustment_stand_alone(gauge: str) -> None:
    head, _, rest = gauge.partition("<d:measurementResult>")
    measured = "<d:measurementResult>" + rest.partition("</d:measurementResult>")[0] + "</d:measurementResult>"
    name = "<d:name><d:content>Ambient temperature</d:content></d:name>"
    after = measured.replace(name, name + "<d:status>afterRepair</d:status>").replace("\\bar", "\\pascal")
    document = head + measured + after + rest.partition("</d:measurementResult>")[2]
    results = read_dcc(document).certificate.results
    assert [(r.channel, r.unit, len(r.as_found), len(r.as_left)) for r in results] == [
        ("result_1", "bar", 3, 0),
        ("result_1_left", "Pa", 0, 3),
    ]


def test_practice_may_be_let_pass_and_is_told_then(gauge: str) -> None:
    document = gauge.replace("v2.0", "2.0 beta")
    says = "line 6: software/release: expected a release like v1.2.3, got '2.0 beta'"
    assert refused(document) == f"digital certificate: {says}."
    reading = read_dcc(document, strict=False)
    assert [str(problem) for problem in reading.left_out] == [says]
    assert reading.certificate == read_dcc(gauge).certificate
