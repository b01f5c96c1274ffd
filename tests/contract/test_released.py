"""Every kind of record has been released once, and nothing of a released message is lost by reading it."""

import json
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from edge_agent.wire.envelope import open_sealed
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import EdgeStatus
from edge_agent.wire.records import AnyRecord, record_decoder
from gateway.ingest.usable import why_unusable

V1 = Path(__file__).parent / "v1"
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
