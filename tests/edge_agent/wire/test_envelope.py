import json
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.wire.envelope import MAX_PAYLOAD, UnreadableError, open_sealed, seal
from edge_agent.wire.lines import parse_line
from edge_agent.wire.origin import parse_origin
from edge_agent.wire.records import record_decoder

V1 = Path(__file__).parents[2] / "contract" / "v1"
JOURNAL = "00112233445566778899aabbccddeeff"


@pytest.mark.parametrize("file", sorted(V1.glob("*.msg")), ids=lambda f: f.stem)
def test_every_message_ever_released_is_still_understood(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text("utf-8"))
    envelope = open_sealed(file.read_bytes())
    lines = envelope.body.decode().split("\n")
    assert {k: getattr(envelope, k) for k in ("version", "journal", "seq", "first", "n")} == expected["header"]
    assert len(lines) == envelope.n
    if "points" in expected:
        origins = [origin for line in lines[:1] if (origin := parse_origin(line))]
        assert [[o.site, o.edge, o.organisation, o.agreement] for o in origins] == expected.get("origins", [])
        points = [parse_line(line) for line in lines[len(origins) :]]
        assert [[p.measurement, p.site, p.edge, p.instrument, p.numbers, p.texts, p.at] for p in points] == expected[
            "points"
        ]
    else:
        records = [record_decoder.decode(line) for line in lines]
        assert [[type(r).__name__, r.key, r.revision, r.at] for r in records] == expected["records"]


def test_there_are_released_messages_of_both_kinds() -> None:
    kinds = {key for f in V1.glob("*.json") for key in json.loads(f.read_text("utf-8"))}
    assert {"points", "records"} <= kinds


def test_the_crc_is_the_one_of_zlib_over_header_and_body() -> None:
    payload = seal(JOURNAL, 7, 3, 1, b"a f=1 2")
    head, crc, body = re.fullmatch(rb"(.* )crc32=([0-9a-f]{8})\n(.*)", payload, re.DOTALL).groups()
    assert int(crc, 16) == zlib.crc32(head + body)
    assert payload == (b"#nhipdo1 journal=00112233445566778899aabbccddeeff seq=7 first=3 n=1 crc32=%b\na f=1 2" % crc)


@given(seq=st.integers(1, 10**17), first=st.integers(1, 10**17), body=st.binary(max_size=400))
def test_what_was_sealed_opens_again(seq: int, first: int, body: bytes) -> None:
    envelope = open_sealed(seal(JOURNAL, seq, first, 1, body))
    assert envelope == (1, JOURNAL, seq, first, 1, body)


@given(at=st.integers(0, 200), flip=st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, flip: int) -> None:
    payload = bytearray(seal(JOURNAL, 7, 3, 1, b"sample,site=a,edge=b,instrument=c mass=1.5 1800000000000000000" * 2))
    at %= len(payload)
    payload[at] ^= flip
    with pytest.raises(UnreadableError):
        open_sealed(bytes(payload))


@given(st.integers(0, 140))
def test_a_truncated_message_is_found(length: int) -> None:
    payload = seal(JOURNAL, 7, 3, 1, b"sample,site=a,edge=b,instrument=c mass=1.5 1800000000000000000")
    with pytest.raises(UnreadableError):
        open_sealed(payload[: min(length, len(payload) - 1)])


def test_a_newer_version_is_told_from_damage() -> None:
    head = f"#nhipdo2 journal={JOURNAL} seq=1 first=1 n=1 ".encode()
    body = b"something new"
    payload = b"%bcrc32=%08x\n%b" % (head, zlib.crc32(head + body), body)
    assert open_sealed(payload).version == 2


def test_ten_megabytes_are_not_looked_into() -> None:
    with pytest.raises(UnreadableError) as caught:
        open_sealed(bytes(10_000_000))
    assert str(caught.value) == (
        f"payload of 10000000 bytes: more than {MAX_PAYLOAD}. No edge sends such; find who does."
    )
