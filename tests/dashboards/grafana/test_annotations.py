"""Marks on the time axis, as Grafana's page makes them of what its server answers."""

import pytest

NAMES = ("site", "work_unit", "energy", "laboratory", "pilot", "province", "edges")


def marks(filled, query: str, note: dict) -> list[dict]:
    """What the page draws. A frame for each series and column, all laid into one table of columns found by name.

    Columns are told by whether their name *contains* what was asked for, tags first; a tag must be a text.

    Source: Grafana 11, public/app/plugins/datasource/influxdb/response_parser.ts, pkg/tsdb/influxdb/influxql/util.
    """
    found: list[dict] = []
    series = filled.series(query)
    names, labels = [], list(series[0].get("tags", {})) if series else []
    for one in series:
        tagged = " { " + ", ".join(f"{name}: {value}" for name, value in one.get("tags", {}).items()) + " }"
        names += [f"{one['name']}.{column}{tagged if labels else ''}" for column in one["columns"][1:]]
    columns = ["Time", *labels, *names]
    wanted = note["tagsColumn"].replace(" ", "", 1).split(",")
    tags = [k for k, name in enumerate(columns) if name != "Time" and any(tag in name for tag in wanted)]
    texts = [k for k, name in enumerate(columns) if k not in tags and name != "Time" and note["textColumn"] in name]
    for one in series:
        for cells in one["values"]:
            row = [cells[0], *one.get("tags", {}).values(), *cells[1:]]
            if None in row:
                continue  # a row in which anything is absent is left out
            said = [row[k] for k in tags if k < len(row) and row[k]]
            assert all(isinstance(tag, str) for tag in said), f"{note['query']}: {said}: the page breaks on these"
            text = row[texts[-1]] if texts and texts[-1] < len(row) else None
            found.append({"time": row[0], "text": text, "tags": said})
    return found


def noted(boards, code: str, name: str) -> list[dict]:
    return boards[code, name]["annotations"]["list"]


@pytest.mark.parametrize("name", NAMES)
def test_every_mark_has_a_text_and_one_tag(filled, boards, moment, expand, name) -> None:
    for code in ("vi", "en"):
        for note in noted(boards, code, name):
            # What comes with Grafana's page alone, where it asks by itself, is put in once only.
            assert note["target"]["query"].count("$timeFilter") == 1, note["name"]
            drawn = marks(filled, expand(note["target"]["query"], moment(boards[code, name])), note["target"])
            assert drawn, note["name"]
            assert all(isinstance(one["text"], str) and len(one["tags"]) <= 1 for one in drawn), (note["name"], drawn)
            assert len({(one["time"], one["text"], *one["tags"]) for one in drawn}) == len(drawn), note["name"]


def test_every_calibration_of_the_chosen_instrument_is_marked(filled, boards, moment, expand) -> None:
    """Not the last one alone."""
    [note] = noted(boards, "vi", "laboratory")
    drawn = marks(filled, expand(note["target"]["query"], moment(boards["vi", "laboratory"])), note["target"])
    years = ("2024", "2025", "2026")
    assert [(one["text"], one["tags"]) for one in drawn] == [(f"HC-CAN-01-{year}-06-01", ["CAN-01"]) for year in years]
