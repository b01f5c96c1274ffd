"""``nhipdo-edge replay``: answers, tables, comparisons, and what is said of files that cannot be used."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from edge_agent.commands.replay import EXAMPLE
from edge_agent.kpi.replay import replay

CASES = Path(__file__).parents[1] / "kpi" / "cases"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write a file beside us: its name."""
    monkeypatch.chdir(tmp_path)

    def write(content: str | bytes | dict, name: str = "shift.json") -> str:
        text = json.dumps(content) if isinstance(content, dict) else content
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    return write


def example(**more: object) -> dict:
    return json.loads(EXAMPLE) | more


# ------------------------------------------------------------------ answers


def test_the_answer_to_one_file_is_printed_as_json(nhipdo_edge, file):
    code, out, err = nhipdo_edge("replay", file(EXAMPLE))
    assert (code, err) == (0, "")
    assert json.loads(out) == replay(example())
    assert out.startswith('{\n "windows": {\n  "shift A": {\n   "seconds": {\n    "NOT_SCHEDULED": 0,\n')
    assert list(json.loads(out)) == ["windows", "issues"]


def test_words_stay_as_they_were_written(nhipdo_edge, file):
    document = example()
    document["windows"][0]["name"] = "Ca sáng"
    code, out, _ = nhipdo_edge("replay", file(document))
    assert code == 0
    assert '"Ca sáng"' in out


def test_several_files_are_answered_by_name(nhipdo_edge, file):
    names = file(EXAMPLE, "a.json"), file(example(micro_stop_s=7200), "b.json")
    code, out, _ = nhipdo_edge("replay", *names)
    assert code == 0
    assert json.loads(out) == {"a.json": replay(example()), "b.json": replay(example(micro_stop_s=7200))}


def test_standard_input_is_a_file_too(nhipdo_edge, monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(EXAMPLE.encode())))
    code, out, _ = nhipdo_edge("replay", "-")
    assert code == 0
    assert json.loads(out) == replay(example())


def test_the_mark_of_an_editor_before_the_first_character_means_nothing(nhipdo_edge, file):
    code, out, _ = nhipdo_edge("replay", file(b"\xef\xbb\xbf" + EXAMPLE.encode()))
    assert code == 0
    assert json.loads(out) == replay(example())


def test_the_help_teaches_a_document_that_runs_and_agrees_with_itself(nhipdo_edge, file, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    code, out, _ = nhipdo_edge("replay", "--help")
    assert code == 0
    shown = re.search(r"^\{\n.*?^\}$", out, re.MULTILINE | re.DOTALL)
    assert shown
    assert nhipdo_edge("replay", "--compare", file(shown[0])) == (0, "shift.json: agrees\n", "")


# ------------------------------------------------------------------ comparison


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_the_cases_agree(nhipdo_edge, path):
    assert nhipdo_edge("replay", "--compare", str(path)) == (0, f"{path}: agrees\n", "")


def test_every_difference_is_printed_with_its_place(nhipdo_edge, file):
    figures = {
        "seconds": {"pbt": 27000, "RUN": 23401, "NAP": 1},
        "pieces": {"total": 2280.5, "by_product": {"P": [2280, 63]}},
        "oee": 0.82,
        "availability": 23400 / 27000 + 1e-11,
        "mttr_s": None,
    }
    wrong = example(expected={"windows": {"shift A": figures, "shift B": {}}, "issues": [["t", "reset"]]})
    code, out, err = nhipdo_edge("replay", "--compare", file(wrong), file(EXAMPLE, "good.json"))
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "shift.json: windows.shift A.seconds.RUN: expected 23401, got 23400",
        "shift.json: windows.shift A.seconds.NAP: expected 1, but there is no such figure",
        "shift.json: windows.shift A.pieces.total: expected 2280.5, got 2280",
        "shift.json: windows.shift A.pieces.by_product.P: expected [2280, 63], got [2280, 64]",
        "shift.json: windows.shift A.oee: expected 0.82, got 0.8207407407407408",
        "shift.json: windows.shift A.mttr_s: expected None, got 3600.0",
        "shift.json: windows.shift B: expected {}, but there is no such figure",
        "shift.json: issues: expected ['t', 'reset'], but it is not there",
        "shift.json: issues: ['2026-03-02T14:00:00', 'rollover'] was not expected",
        "good.json: agrees",
    ]


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (None, "shift.json: expected: missing; write the figures that you know there, or leave out --compare\n"),
        ([1], "shift.json: expected: expected an object, got [1]\n"),
    ],
)
def test_there_must_be_something_to_compare_with(nhipdo_edge, file, expected, told):
    assert nhipdo_edge("replay", "--compare", file(example(expected=expected))) == (2, "", told)


# ------------------------------------------------------------------ files that cannot be used

UNUSABLE = [
    (b"", "is empty. Write a replay document: nhipdo-edge replay --help shows one."),
    (b" \n\t\n", "is empty. Write a replay document: nhipdo-edge replay --help shows one."),
    (b'{"events": [}', "line 1, column 13: expecting value. Correct the JSON there."),
    (b'{"a": 1\n "b": 2}', "line 2, column 2: expecting ',' delimiter. Correct the JSON there."),
    (b'{"a": 1} {"b": 2}', "line 1, column 10: extra data. Correct the JSON there."),
    (b"{'a': 1}", "line 1, column 2: expecting property name enclosed in double quotes. Correct the JSON there."),
    (b'{"a": "\xe9"}', "line 1: is not UTF-8 (byte 0xe9). Save it as UTF-8."),
    (b'{\n"a":\n"\xff"}', "line 3: is not UTF-8 (byte 0xff). Save it as UTF-8."),
    ('{"a": 1}'.encode("utf-16"), "is UTF-16. Save it as UTF-8."),
    (b'{"b": "NaN", "a":\n  [NaN]}', "line 2, column 4: NaN is no number in JSON. Write a number, or null."),
    (b'{"a": -Infinity}', "line 1, column 7: -Infinity is no number in JSON. Write a number, or null."),
    (b"[" * 100_000, "is nested too deeply. A document is an object of lists of objects, no more."),
    (b'{"a": ' + b"9" * 5000 + b"}", "holds a number of thousands of digits. Write one that can be."),
    (b'{"a": 1, "b": {"c": 1, "c": 2}}', '"c" stands twice in one object. Leave one of them.'),
    (b"[1, 2]", "document: expected an object, got [1, 2]"),
    (b"null", "document: missing; expected an object"),
]


@pytest.mark.parametrize(("content", "told"), UNUSABLE, ids=[told[:40] for _, told in UNUSABLE])
def test_a_file_that_is_no_document_is_refused_with_the_place(nhipdo_edge, file, content, told):
    assert nhipdo_edge("replay", file(content)) == (2, "", f"shift.json: {told}\n")


def test_a_file_that_is_not_there_or_a_directory_is_refused(nhipdo_edge, file, tmp_path):
    name = file(EXAMPLE)
    (tmp_path / "shifts").mkdir()
    assert nhipdo_edge("replay", "shifts", name, "nowhere.json") == (
        2,
        "",
        "shifts: is a directory. Name the file in it.\nnowhere.json: no such file. Look at the name.\n",
    )


def test_a_file_that_may_not_be_read_is_refused(nhipdo_edge, file, monkeypatch):
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    name = file(EXAMPLE)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    told = "shift.json: cannot be read (Permission denied). Look at its rights and its name.\n"
    assert nhipdo_edge("replay", name) == (2, "", told)


def test_each_mistake_of_each_file_is_a_line_with_its_place_and_nothing_is_answered(nhipdo_edge, file):
    wrong = example(max_gap_s="300")
    wrong["events"][1]["t"] = "11 am"
    wrong["event"] = []
    assert nhipdo_edge("replay", file(EXAMPLE, "good.json"), file(wrong)) == (
        2,
        "",
        (
            "shift.json: event: unknown key; did you mean events?\n"
            'shift.json: events[1].t: expected a time such as "2026-03-02T06:00:00", got "11 am"\n'
            'shift.json: max_gap_s: expected a number of seconds, 0 or more, got "300"\n'
        ),
    )


# ------------------------------------------------------------------ the table

TABLE = """\
shift A: 2026-03-02T06:00:00 to 2026-03-02T14:00:00, OEE 82.07 %

TIME                         h:mm:ss  OF PLANNED
NOT_SCHEDULED                0:00:00
PLANNED_STOP                 0:30:00
UNKNOWN                      0:00:00      0.00 %
RUN                          6:30:00     86.67 %
MINOR_STOP                   0:00:00      0.00 %
FAULT                        1:00:00     13.33 %
STOP                         0:00:00      0.00 %
SETUP                        0:00:00      0.00 %
all                          8:00:00
planned busy time, PBT       7:30:00    100.00 %
observed                     7:30:00    100.00 %
actual production time, APT  6:30:00     86.67 %

PIECES  IDEAL CYCLE, s  TOTAL  GOOD  REJECT  REWORK
P                   10   2280  2216      64       0

RATIO
availability           86.67 %  APT / observed
effectiveness          97.44 %  ideal time / APT
quality_ratio          97.19 %  ideal time of good / ideal time
oee                    82.07 %  ideal time of good / observed
oee_low                82.07 %  if all that was not observed was lost
oee_high               82.07 %  if all that was not observed was perfect
coverage              100.00 %  observed / PBT
utilization            93.75 %  PBT / all
teep                   76.94 %  OEE x utilization
nee                    82.07 %  AUPT / observed x effectiveness x quality
setup_ratio             0.00 %  SETUP / AUPT
technical_efficiency   86.67 %  APT / (APT + FAULT + STOP)
piece_quality_ratio    97.19 %  good / total
1 failure: MTBF 6:30:00, MTTR 1:00:00

LOSS              h:mm:ss  OF OBSERVED
breakdown         1:00:00      13.33 %
defects           0:10:40       2.37 %
reduced speed     0:10:00       2.22 %
stops             0:00:00       0.00 %
setup             0:00:00       0.00 %
minor stops       0:00:00       0.00 %
fully productive  6:09:20      82.07 %
observed          7:30:00     100.00 %

AT                   ISSUE
2026-03-02T14:00:00  rollover
"""


def test_the_table_shows_times_pieces_ratios_and_losses(nhipdo_edge, file):
    assert nhipdo_edge("replay", "--table", file(EXAMPLE)) == (0, TABLE, "")


def warnings_of(nhipdo_edge, name: str) -> list[str]:
    code, out, _ = nhipdo_edge("replay", "--table", name)
    assert code == 0
    return [line.removeprefix("  ! ") for line in out.splitlines() if line.startswith("  ! ")]


def test_what_is_odd_is_said_first(nhipdo_edge, file):
    fast = example()
    fast["products"][0]["ideal_cycle_s"] = 11
    assert warnings_of(nhipdo_edge, file(fast)) == [
        "effectiveness above 1: the ideal cycle is wrong (too long), or a counter counts too much"
    ]
    silent = example(
        max_gap_s=600, heartbeats=[{"from": "2026-03-02T06:00:00", "to": "2026-03-02T13:00:00", "every_s": 600}]
    )
    assert warnings_of(nhipdo_edge, file(silent)) == [
        "coverage 86.67 % is below 95.00 %: no indicator may rest on this; OEE lies between 0.00 % and 13.33 %",
        "2280 pieces in time without data: not in OEE",
    ]
    idle = example(shifts=[])
    assert warnings_of(nhipdo_edge, file(idle)) == [
        "nothing was planned here: there is no OEE",
        "2280 pieces outside of planned time: not in OEE",
    ]


def test_cycle_times_and_changeovers_are_shown_where_pieces_tell_of_them(nhipdo_edge, file):
    at = [f"2026-03-02T06:{s // 60:02}:{s % 60:02}" for s in range(0, 1201, 10)]
    products = [
        {"product": "P", "from": at[0], "to": at[40], "ideal_cycle_s": 10},
        {"product": "Q", "from": at[40], "to": at[120], "ideal_cycle_s": 10},
    ]
    samples = [{"t": t, "v": k if k < 30 else max(30, k - 20)} for k, t in enumerate(at)]
    events = [{"t": at[0], "state": "RUN"}, {"t": at[30], "state": "SETUP"}, {"t": at[50], "state": "RUN"}]
    counters = [{"name": "c", "role": "total", "max_rate_per_s": 1, "samples": samples}]
    code, out, _ = nhipdo_edge("replay", "--table", file(example(products=products, events=events, counters=counters)))
    assert code == 0
    assert "CYCLE TIME, s  IDEAL  MEDIAN  QUARTILES  PIECES\nP              10     10      10..10     29" in out
    assert (
        "CHANGEOVER  LAST GOOD            FIRST GOOD AT RATE   TOOK\n"
        "P to Q      2026-03-02T06:05:00  2026-03-02T06:08:30  0:03:30"
    ) in out


def test_tables_of_several_files_stand_under_their_names(nhipdo_edge, file):
    names = file(EXAMPLE, "a.json"), file(EXAMPLE, "b.json")
    _, out, _ = nhipdo_edge("replay", "--table", *names)
    assert out == f"a.json\n======\n{TABLE}\nb.json\n======\n{TABLE}"


def test_table_and_comparison_exclude_each_other(nhipdo_edge, file):
    code, _, err = nhipdo_edge("replay", "--table", "--compare", file(EXAMPLE))
    assert code == 2
    assert err == (
        "nhipdo-edge replay: argument --compare: not allowed with argument --table. See: nhipdo-edge replay --help\n"
    )


def test_the_parsing_of_the_command_asks_for_a_file(nhipdo_edge):
    code, _, err = nhipdo_edge("replay")
    assert (code, err) == (
        2,
        "nhipdo-edge replay: the following arguments are required: FILE.json. See: nhipdo-edge replay --help\n",
    )
