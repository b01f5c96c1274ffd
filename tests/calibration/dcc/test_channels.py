"""How another laboratory's tables become channels: before and after an adjustment, units, statements about them."""

import pytest

from calibration.certificate import Conformity
from calibration.dcc import DccError, Reading, read_dcc

NAME = "<d:name><d:content>{}</d:content></d:name>"


def quantity(word: str, *lists: tuple[str, str, str], inside: str = "") -> str:
    """One column, in one unit or several: values, unit, expanded uncertainty."""
    numbers = "".join(
        f"<s:realListXMLList><s:valueXMLList>{values}</s:valueXMLList><s:unitXMLList>{unit}</s:unitXMLList>"
        + (
            f"<s:expandedUncXMLList><s:uncertaintyXMLList>{u}</s:uncertaintyXMLList>"
            "<s:coverageFactorXMLList>2</s:coverageFactorXMLList>"
            "<s:coverageProbabilityXMLList>0.95</s:coverageProbabilityXMLList></s:expandedUncXMLList>"
            if u
            else ""
        )
        + "</s:realListXMLList>"
        for values, unit, u in lists
    )
    body = f"<s:hybrid>{numbers}</s:hybrid>" if len(lists) > 1 else numbers
    return f'<d:quantity refType="{word}">{body}{inside}</d:quantity>'


def table(*quantities: str) -> str:
    return f"<d:list>{''.join(quantities)}</d:list>"


def with_table(gauge: str, changed: str) -> str:
    """The gauge's document with another table, on its line."""
    start, stop = gauge.index("<d:list>"), gauge.index("</d:list>") + len("</d:list>")
    return gauge[:start] + changed + "\n" * gauge.count("\n", start, stop) + gauge[stop:]


def told(reading: Reading) -> list[str]:
    return [str(problem) for problem in reading.left_out]


BAR = r"\bar"
FOUND = table(
    quantity("basic_referenceValue", ("1 2", BAR, "")),
    quantity("basic_measuredValue", ("1.2 2.3", BAR, "")),
    quantity("basic_measurementError", ("0.2 0.3", BAR, "0.02")),
)


def adjusted(gauge: str, status: str = "beforeAdjustment", data: str = FOUND) -> str:
    """As in PTB's example of good practice for temperature, "typical, with adjustment"."""
    influence = (
        f"<d:influenceCondition>{NAME.format('Adjustment')}<d:status>{status}</d:status><d:data>{data}</d:data>"
        "</d:influenceCondition>"
    )
    return gauge.replace("</d:influenceConditions>", f"{influence}</d:influenceConditions>")


@pytest.mark.parametrize("status", ["beforeAdjustment", "beforeRepair"])
def test_a_table_among_the_conditions_before_an_adjustment_is_the_one_as_found(gauge: str, status: str) -> None:
    reading = read_dcc(adjusted(gauge, status), language="en")
    (results,) = reading.certificate.results
    assert (results.channel, results.quantity) == ("result_1", "Pressure")
    assert [(p.indication, p.expanded) for p in results.as_found] == [(1.2, 0.02), (2.3, 0.02)]
    assert [p.indication for p in results.as_left] == [1.01, 2.01, 2.98]
    assert reading.left_out == ()


def test_results_beside_a_table_as_found_that_is_no_use_are_still_those_as_left(gauge: str) -> None:
    reading = read_dcc(adjusted(gauge, data=table(quantity("basic_measuredValue", ("1.2 2.3", BAR, "0.02")))))
    (results,) = reading.certificate.results
    assert (len(results.as_found), len(results.as_left)) == (0, 3)
    assert told(reading) == [
        (
            "line 49: data/list: left out: expected indication and reference value, or one of them and the error, "
            "got indication"
        )
    ]


def test_a_condition_before_an_adjustment_that_has_no_table_is_a_condition(gauge: str) -> None:
    data = "<d:quantity><s:real><s:value>5</s:value><s:unit>\\bar</s:unit></s:real></d:quantity>"
    certificate = read_dcc(adjusted(gauge, data=data)).certificate
    assert [c.name for c in certificate.conditions] == ["Ambient temperature", "Adjustment"]
    assert certificate.results[0].as_left == ()


def stated(verdicts: str, inside: str = "") -> str:
    return (
        f"<d:measurementMetaData><d:metaData>{inside}<d:conformityXMLList>{verdicts}</d:conformityXMLList>"
        "</d:metaData></d:measurementMetaData>"
    )


NORM = "<d:norm>IEC 751</d:norm><d:reference>class A</d:reference>"


@pytest.mark.parametrize("verdicts", ["pass", "pass pass pass"])
def test_a_statement_of_conformity_with_a_table_is_about_its_channel(gauge: str, verdicts: str) -> None:
    document = gauge.replace("<!--end of error-->", "").replace("</d:list>", f"{stated(verdicts, NORM)}</d:list>")
    assert read_dcc(document).certificate.conformity == (Conformity("pass", "result_1", "IEC 751", "class A"),)
    with_quantity = gauge.replace("</d:quantity>\n      </d:list>", "</d:quantity></d:list>").replace(
        "</d:quantity>\n       <!--end of error-->", f"{stated(verdicts, NORM)}</d:quantity>"
    )
    assert read_dcc(with_quantity).certificate.conformity == read_dcc(document).certificate.conformity


def test_verdicts_of_single_entries_that_differ_are_named(gauge: str) -> None:
    document = gauge.replace("<!--end of error-->", "").replace("</d:list>", f"{stated('pass fail pass')}</d:list>")
    reading = read_dcc(document)
    assert reading.certificate.conformity == ()
    assert told(reading) == [
        (
            "line 72: measurementMetaData/metaData: left out: the statements of conformity of single entries, "
            "pass fail pass"
        )
    ]


def test_a_statement_about_results_as_found_does_not_speak_for_those_as_left(gauge: str) -> None:
    data = FOUND.replace("</d:list>", f"{stated('fail')}</d:list>")
    document = adjusted(gauge, data=data).replace("</d:list>\n     </d:data>", f"{stated('pass')}</d:list></d:data>")
    reading = read_dcc(document)
    assert reading.certificate.conformity == (Conformity("pass", "result_1"),)
    assert told(reading) == [
        "line 49: measurementMetaData/metaData: left out: the statement of conformity as found, fail"
    ]


def test_an_error_of_a_ratio_is_not_relative_to_it(gauge: str) -> None:
    """Relative humidity: 0.5 % in 50 % are 0.005 in the unit one, not half a per cent of 50 %."""
    document = with_table(
        gauge,
        table(
            quantity("basic_referenceValue", ("50 80", r"\percent", "")),
            quantity("basic_measuredValue", ("50.5 79", r"\percent", "")),
            quantity("basic_measurementError", ("0.005 -0.010", r"\one", "0.008")),
        ),
    )
    (results,) = read_dcc(document).certificate.results
    assert (results.unit, [p.error for p in results.as_found]) == ("%", pytest.approx([0.5, -1.0]))
    assert [p.expanded for p in results.as_found] == pytest.approx([0.8, 0.8])


def test_an_uncertainty_in_one_of_two_units_decides_for_that_unit(gauge: str) -> None:
    """PTB's example of good practice for humidity states U in the unit one alone."""
    document = with_table(
        gauge,
        table(
            quantity("basic_referenceValue", ("20.1 50.0", r"\percent", ""), ("0.201 0.500", r"\one", "")),
            quantity("basic_measuredValue", ("19.7 49.9", r"\percent", ""), ("0.197 0.499", r"\one", "")),
            quantity("basic_measurementError", ("-0.4 -0.1", r"\percent", ""), ("-0.004 -0.001", r"\one", "0.006")),
        ),
    )
    for units in ((), ("%",)):
        (results,) = read_dcc(document, units=units).certificate.results
        assert (results.unit, [p.expanded for p in results.as_found]) == ("1", [0.006, 0.006])
        assert [p.error for p in results.as_found] == [-0.004, -0.001]


def test_an_indication_in_another_quantity_is_left_out_and_named(gauge: str) -> None:
    """A resistance thermometer, as in PTB's example: kelvins against ohms, with no error to speak of."""
    ohm = r"\kilogram\metre\tothe{2}\ampere\tothe{-2}\second\tothe{-3}"
    document = with_table(
        gauge,
        table(
            quantity("basic_referenceValue", ("273.149 283.151", r"\kelvin", "")),
            quantity("basic_measuredValue", ("100.0220 103.9329", ohm, "0.0039 0.0041")),
        ),
    )
    reading = read_dcc(document)
    assert reading.certificate.results == ()
    assert told(reading) == ["line 54: data/list: left out: expected reference in kg.m2/A2/s3, got K"]


def test_two_quantities_of_one_kind_in_a_table_are_not_guessed_at(gauge: str) -> None:
    second = quantity("gp_measuredValue", ("9 9 9", BAR, ""))
    reading = read_dcc(gauge.replace("<!--error-->", second))
    assert reading.certificate.results == ()
    assert told(reading) == [
        "line 63: list/quantity: left out: expected one quantity of the kind indication in a table, got a second"
    ]


def test_points_without_a_number_are_named(gauge: str) -> None:
    reading = read_dcc(gauge.replace("1.01 2.01 2.98", "1.01 NaN 2.98"))
    assert told(reading) == ["line 54: data/list: left out: entries without a number: 2"]
    none = read_dcc(gauge.replace("1.01 2.01 2.98", "NaN NaN NaN"))
    assert none.certificate.results == ()


@pytest.mark.parametrize(
    ("word", "values"), [("basic_measurementError_error", "0.01 0.01 -0.02"), ("x_correction", "-0.01 -0.01 0.02")]
)
def test_words_of_other_institutes_are_understood_by_their_last_part(gauge: str, word: str, values: str) -> None:
    before, _, rest = gauge.partition("<!--error-->")
    document = before + quantity(word, (values, BAR, "0.004")) + rest.partition("<!--end of error-->")[2]
    assert read_dcc(document).certificate.results == read_dcc(gauge).certificate.results


@pytest.mark.parametrize(("count", "read"), [("9", [9.0, 9.0, 9.0]), ("9 - inf", [9.0, None, float("inf")])])
def test_one_number_of_degrees_of_freedom_is_that_of_every_point(gauge: str, count: str, read: list) -> None:
    dof = f'<d:quantity refType="x_degreesOfFreedom"><d:charsXMLList>{count}</d:charsXMLList></d:quantity>'
    (results,) = read_dcc(gauge.replace("<!--error-->", dof)).certificate.results
    assert [p.dof for p in results.as_found] == read


def test_degrees_of_freedom_for_some_points_alone_are_refused(gauge: str) -> None:
    dof = '<d:quantity refType="x_degreesOfFreedom"><d:charsXMLList>9 9</d:charsXMLList></d:quantity>'
    with pytest.raises(DccError) as caught:
        read_dcc(gauge.replace("<!--error-->", dof))
    assert str(caught.value.problems[0]) == "line 54: data/list: expected 3 entries of degrees of freedom, got 2"
