"""What Prometheus reads, held against the rules of its text format.

Source of the rules: Prometheus exposition formats, text format 0.0.4; data model, metric names and labels.
"""

import re

import pytest
from screen_floor import MORNING, NOW, H, S, shop, unit_board

from edge_agent.oee.board import Board
from edge_agent.screen.metrics import exposition
from edge_agent.screen.settings import ScreenSettings

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)")


def parsed(text: str) -> dict[str, dict[str, float]]:
    """Metric -> labels as written -> value; every rule of the format is asserted."""
    assert text.endswith("\n")
    helped, typed, found = [], [], {}
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            assert name not in helped
            helped.append(name)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in found, "TYPE stands before the samples"
            assert kind == "gauge"
            typed.append(name)
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            assert typed[-1] == name, "all samples of a metric stand together, below its TYPE"
            of_metric = found.setdefault(name, {})
            assert (labels or "") not in of_metric, "each set of labels once"
            of_metric[labels or ""] = float(value)
    assert helped == typed == list(found)
    return found


@pytest.fixture
def settings(tmp_path) -> ScreenSettings:
    return ScreenSettings("sa-dec", "press-shop", tmp_path, shop())


def test_the_board_is_told_in_numbers(settings) -> None:
    board = Board(
        at=NOW - 2 * S,
        units={"press": unit_board("press", without_reason=2, heard_at=NOW - 3 * S)},
        broker=False,
        waiting_since=NOW - H,
    )
    told = parsed(exposition(settings, board, NOW, "0.1.0"))
    assert told["nhipdo_edge_about"] == {'version="0.1.0",site="sa-dec",edge="press-shop"': 1}
    assert told["nhipdo_board_age_seconds"] == {"": 2}
    assert told["nhipdo_broker_reachable"] == {"": 0}
    assert told["nhipdo_outbox_oldest_waiting_seconds"] == {"": 3600}
    states = told["nhipdo_work_unit_state"]
    assert sum(states.values()) == 1
    assert states['work_unit="press",state="RUN"'] == 1
    seconds = told["nhipdo_work_unit_shift_seconds"]
    assert seconds['work_unit="press",bucket="FAULT"'] == 41 * 60
    assert sum(seconds.values()) == (MORNING[-1].until - MORNING[0].since) / S  # the eight buckets are the whole
    assert told["nhipdo_work_unit_shift_pieces"]['work_unit="press",kind="reject"'] == 23
    assert told["nhipdo_work_unit_stops_without_reason"] == {'work_unit="press"': 2}
    assert told["nhipdo_work_unit_evidence_age_seconds"] == {'work_unit="press"': 3}
    assert told["nhipdo_work_unit_oee"]['work_unit="press"'] == pytest.approx(0.704, abs=1e-3)


def test_what_cannot_be_said_is_absent_and_never_zero(settings) -> None:
    unit = unit_board("press", oee=None, shift="", heard_at=0, expected=None)
    told = parsed(exposition(settings, Board(at=0, units={"press": unit}), NOW, "0.1.0"))
    for name in ("work_unit_oee", "work_unit_shift_seconds", "work_unit_evidence_age_seconds", "board_age_seconds"):
        assert f"nhipdo_{name}" not in told
    assert "nhipdo_broker_reachable" not in told
    assert "nhipdo_outbox_oldest_waiting_seconds" not in told  # there is nobody to send to
    parsed(exposition(settings, Board(at=0, units={}), NOW, "0.1.0"))


def test_a_label_with_quotes_and_line_ends_keeps_the_format(settings) -> None:
    name = 'a"b\\c\nd'
    told = parsed(exposition(settings, Board(at=NOW, units={name: unit_board(name)}), NOW, 'v"1'))
    assert told["nhipdo_work_unit_stops_without_reason"] == {r'work_unit="a\"b\\c\nd"': 0}


def test_several_units_stand_under_one_type(settings) -> None:
    board = Board(at=NOW, units={"press": unit_board("press"), "oven": unit_board("oven")})
    assert len(parsed(exposition(settings, board, NOW, "1"))["nhipdo_work_unit_oee"]) == 2


def test_it_is_served_with_the_type_of_the_format(visit, floor) -> None:
    floor.show(unit_board("press"))
    answer = visit().get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    parsed(answer.text)
