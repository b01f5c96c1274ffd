"""Figures as the glossary says: comma and point, the reverse in English, and no digit too many."""

# ruff: noqa: RUF001  a minus is a minus

from zoneinfo import ZoneInfo

import pytest

from edge_agent.speech import Speech

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("value", "u", "vietnamese", "english"),
    [
        (0.0, None, "0", "0"),
        (1710.0, None, "1.710", "1,710"),
        (12_345_678.0, None, "12.345.678", "12,345,678"),
        (-0.05, None, "−0,05", "−0.05"),
        (230.123456, None, "230,123", "230.123"),
        (99.9999999, None, "100", "100"),
        (0.000123456, None, "0,000123456", "0.000123456"),
        (2.5e-7, None, "2,5 × 10⁻⁷", "2.5 × 10⁻⁷"),
        (-3.25e15, None, "−3,25 × 10¹⁵", "−3.25 × 10¹⁵"),
        (20.123456, 0.05, "20,123", "20.123"),
        (20.1, 0.0031, "20,1000", "20.1000"),
        (1234.5, 25.0, "1.234", "1,234"),
        (5.0, 0.0, "5", "5"),
    ],
)
def test_a_figure_is_written_as_its_language_writes_it(value, u, vietnamese, english) -> None:
    assert Speech("vi", {}, ZONE).number(value, u) == vietnamese
    assert Speech("en", {}, ZONE).number(value, u) == english


def test_a_title_falls_back_to_the_other_language_and_then_to_the_name() -> None:
    vi = Speech("vi", {}, ZONE)
    assert vi.title({"vi": "Công suất", "en": "Power"}, "p") == "Công suất"
    assert vi.title({"vi": " ", "en": "Power"}, "p") == "Power"
    assert vi.title({"fr": "Puissance"}, "p") == "p"


def test_a_coverage_is_full_only_when_nothing_is_absent() -> None:
    en = Speech("en", {}, ZONE)
    assert [en.percent(share) for share in (1.0, 0.99999, 0.5, 0.0)] == ["100 %", "99.9 %", "50 %", "0 %"]


@pytest.mark.parametrize(("seconds", "tick"), [(1, "07:00:05"), (60, "07:00"), (86_400, "25/11")])
def test_a_time_on_an_axis_is_as_fine_as_its_steps(seconds, tick) -> None:
    assert Speech("vi", {}, ZONE).tick(1_764_028_805 * 10**9, seconds * 10**9) == tick
