"""Every sample as a file that people and programs can open."""

import csv
import io

import pytest

from edge_agent.wire.messages import ChannelMeaning
from gateway.timeseries import Row

CSV = "/api/v1/series/sa-dec/press-shop/meter-1/active_power.csv"
S = 10**9


def test_every_sample_comes_with_its_unit_and_quality(gateway, program) -> None:
    gateway.show(gateway.now - S // 2, None)
    gateway.show(gateway.now - 7, 61.25, active_power_u=0.05)
    answer = program.get(f"{CSV}?start=-2s&language=en")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="sa-dec_press-shop_meter-1_active_power_2025-11-25.csv"'
    )
    assert answer.content.decode() == (
        "\ufefftime,value,u,unit,quality\r\n"
        "2025-11-25T00:00:58Z,59.0,,kW,good\r\n"
        "2025-11-25T00:00:59Z,60.0,,kW,good\r\n"
        "2025-11-25T00:00:59.5Z,,,kW,bad.no_reply\r\n"
        "2025-11-25T00:00:59.999999993Z,61.25,0.05,kW,good\r\n"
    )


def test_in_vietnamese_a_spreadsheet_gets_commas_and_the_wall_clock(gateway, program) -> None:
    gateway.show(gateway.now - S // 4, 61.25, active_power_u=0.05)
    assert program.get(f"{CSV}?start=-1s&language=vi").content.decode() == (
        "\ufefftime (Asia/Ho_Chi_Minh);value;u;unit;quality\r\n"
        "2025-11-25 07:00:59,000;60,0;;kW;good\r\n"
        "2025-11-25 07:00:59,750;61,25;0,05;kW;good\r\n"
    )


def test_a_long_file_is_whole(gateway, program) -> None:
    rows = (Row(k * S, float(k), None, "good") for k in range(12_345))
    gateway.timeseries.rows = lambda *_: rows
    told = list(csv.DictReader(io.StringIO(program.get(f"{CSV}?start=-1d").content.decode("utf-8-sig"))))
    assert [float(row["value"]) for row in told] == [float(k) for k in range(12_345)]


def test_no_sample_is_a_file_with_its_heading(program) -> None:
    text = program.get(f"{CSV}?start=2020-01-01T00:00Z&end=2020-01-02T00:00Z").content.decode("utf-8-sig")
    assert text == "time,value,u,unit,quality\r\n"


def test_no_text_is_taken_for_a_formula(gateway, program) -> None:
    meter = gateway.described[0]
    meter.channels["active_power"] = ChannelMeaning(unit='=HYPERLINK("http://evil.example")')
    try:
        text = program.get(f"{CSV}?start=-1s").content.decode("utf-8-sig")
    finally:
        meter.channels["active_power"] = ChannelMeaning(unit="kW", title={"vi": "Công suất", "en": "Active power"})
    [row] = csv.DictReader(io.StringIO(text))
    assert row["unit"] == '\'=HYPERLINK("http://evil.example")'


@pytest.mark.parametrize(
    ("query", "status"), [("start=-32d", 422), ("language=fr", 422), ("start=x", 422), ("start=-31d", 200)]
)
def test_what_cannot_be_had_as_a_file_is_said(program, query, status) -> None:
    assert program.get(f"{CSV}?{query}").status_code == status
