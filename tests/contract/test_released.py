"""Every kind of record has been released once, and nothing of a released message is lost by reading it."""

import json
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from edge_agent.wire.envelope import open_sealed
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import EdgeStatus, Setting, SettingKept
from edge_agent.wire.records import AnyRecord, record_decoder
from edge_agent.wire.settings import KINDS, read_setting
from gateway.ingest.usable import why_unusable

V1 = Path(__file__).parent / "v1"
SETTINGS = sorted((V1 / "retained").glob("setting.*.json"))
RECORDS = [
    line
    for file in sorted(V1.glob("*.msg"))
    if "records" in json.loads(file.with_suffix(".json").read_text("utf-8"))
    for line in open_sealed(file.read_bytes()).body.decode().split("\n")
]


def test_every_noun_has_a_released_message() -> None:
    released = {json.loads(line)["noun"] for line in RECORDS}
    assert released == {kind.__struct_config__.tag for kind in get_args(AnyRecord)}


@pytest.mark.parametrize("line", RECORDS, ids=lambda line: json.loads(line)["noun"])
def test_nothing_of_a_released_record_is_lost_by_reading_it(line: str) -> None:
    record = record_decoder.decode(line)
    said = json.loads(line)
    read = json.loads(msgspec.json.encode(record))
    # What has its default value may have been written all the same.
    defaults = {name: value for name, value in said.items() if name not in read}
    assert {**read, **defaults} == said
    again = record_decoder.decode(msgspec.json.encode(record))
    assert again == record
    assert why_unusable(record) == ""


def test_a_released_status_tells_of_its_work_units() -> None:
    body = (V1 / "retained" / "edge_status.json").read_bytes()
    status = msgspec.json.decode(body, type=EdgeStatus)
    assert json.loads(msgspec.json.encode(status)) == json.loads(body)
    assert status.work_units["press-1"].reason == {"vi": "kẹt khuôn", "en": "die jam"}
    assert (status.work_units["press-1"].oee, status.work_units["press-1"].good) == (0.782, 2468)
    assert status.work_units["washer"] == WorkUnitStatus(at=1795330800000000000, bucket="UNKNOWN")


def test_a_status_of_before_there_were_work_units_has_none() -> None:
    body = json.loads((V1 / "retained" / "edge_status.json").read_bytes())
    del body["work_units"]
    assert msgspec.json.decode(json.dumps(body), type=EdgeStatus).work_units == {}


def test_every_noun_that_can_be_set_has_a_released_setting() -> None:
    assert {file.name.split(".")[1] for file in SETTINGS} == set(KINDS)


@pytest.mark.parametrize("file", SETTINGS, ids=lambda file: file.stem)
def test_nothing_of_a_released_setting_is_lost_by_reading_it(file: Path) -> None:
    _, noun, key, _ = file.name.split(".")
    setting = msgspec.json.decode(file.read_bytes(), type=Setting)
    assert json.loads(msgspec.json.encode(setting)) == json.loads(file.read_bytes())
    table = read_setting(noun, key, setting.body)
    if not setting.body:
        assert table is None  # given back to the edge's own file
        return
    assert table is not None
    assert is_within(setting.body, json.loads(msgspec.json.encode(table)))


def is_within(said: object, read: object) -> bool:
    """Whether all that was said stands in what was read, which has defaults and other languages beside it."""
    if isinstance(said, dict) and isinstance(read, dict):
        return all(name in read and is_within(value, read[name]) for name, value in said.items())
    if isinstance(said, list) and isinstance(read, list):
        return len(said) == len(read) and all(map(is_within, said, read))
    return said == read


def test_an_answer_to_a_setting_says_which_revision_holds() -> None:
    lines = open_sealed((V1 / "settings.msg").read_bytes()).body.decode().split("\n")
    answers = [record_decoder.decode(line) for line in lines]
    assert [(one.key, one.accepted, one.in_force_revision) for one in answers] == [
        ("products/press-1", True, 1795330795000),
        ("calendar/second", False, 1795330791000),  # refused: an earlier one holds
        ("orders/press-1", False, 0),  # refused: the edge's own file holds
    ]
    before = next(one for line in RECORDS if isinstance(one := record_decoder.decode(line), SettingKept))
    assert before.in_force_revision == 0  # of before an answer said it
