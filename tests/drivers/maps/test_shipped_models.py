"""Every shipped model has a map, a simulator and a transcript, and shows what its transcript says."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.instrument import Indication
from drivers.models import MAPS, load_model, shipped_models
from drivers.simulators import SIMULATED

TRANSCRIPTS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in Path(__file__).parent.glob("*.toml")}
POLLS = [
    pytest.param(model, poll, id=f"{model}: {poll['title']}") for model, t in TRANSCRIPTS.items() for poll in t["poll"]
]


def crc(octets: bytes) -> bytes:
    """MODBUS over Serial Line V1.02, 6.2.2: polynomial 0xA001, low byte first."""
    register = 0xFFFF
    for octet in octets:
        register ^= octet
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register.to_bytes(2, "little")


def unframed(frame: bytes, framing: str, device_id: int) -> bytes:
    """The PDU or text in a frame of a transcript; the frame itself is checked."""
    if framing == "rtu":
        assert frame[-2:] == crc(frame[:-2])
        assert frame[0] == device_id
        return frame[1:-2]
    if framing == "mbap":
        assert frame[2:4] == b"\0\0"
        assert int.from_bytes(frame[4:6], "big") == len(frame) - 6
        assert frame[6] == device_id
        return frame[7:]
    assert framing in ("pdu", "plain")
    return frame


@pytest.mark.parametrize("model", sorted({*shipped_models(), *SIMULATED, *TRANSCRIPTS}))
def test_a_model_has_a_map_a_simulator_and_a_transcript(model):
    assert model in shipped_models(), f"no drivers/maps/{model}.toml"
    assert model in SIMULATED, f"drivers.simulators does not know {model}"
    assert TRANSCRIPTS.get(model, {}).get("poll"), f"no polls in tests/drivers/maps/{model}.toml"
    assert load_model(model).name == model


@pytest.mark.parametrize("model", shipped_models())
def test_a_model_and_its_channels_have_titles_in_both_languages(model):
    shipped = load_model(model)
    titles = {model: shipped.title} | {channel: meaning.title for channel, meaning in shipped.meanings.items()}
    assert {name: sorted(title) for name, title in titles.items()} == {name: ["en", "vi"] for name in titles}


@pytest.mark.parametrize("model", shipped_models())
def test_a_simulator_shows_every_channel_of_its_model(model):
    assert set(SIMULATED[model](1.0)) == set(load_model(model).meanings)


@pytest.mark.parametrize(("model", "poll"), POLLS)
def test_a_model_shows_what_its_transcript_says(answered, model, poll):
    form = load_model(model).format
    if "channels" in poll:
        form = form.only(poll["channels"])
    device_id, framing = poll.get("device_id", 1), poll["framing"]
    frames = [{key: bytes.fromhex(text) for key, text in each.items()} for each in poll["exchanges"]]
    sent = []
    replies = [unframed(each["reply"], framing, device_id) for each in frames]
    shown = answered(form.instrument("x", device_id).poll(), *replies, sent=sent)
    assert [request.send for request in sent] == [unframed(each["sent"], framing, device_id) for each in frames]
    assert [request.whole(reply) for request, reply in zip(sent, replies, strict=True)] == [len(r) for r in replies]
    good = {each.channel: each for each in shown if isinstance(each, Indication)}
    assert {each.channel: each.reason.code for each in shown if each.channel not in good} == poll.get("missing", {})
    values = {c: each.value if isinstance(each.value, str) else pytest.approx(each.value) for c, each in good.items()}
    assert poll.get("shows", {}) == values
    assert {c: each.doubt for c, each in good.items() if each.doubt} == poll.get("doubts", {})


NUMBERED = [model for model, transcript in TRANSCRIPTS.items() if "numbers" in transcript]


@pytest.mark.parametrize("model", NUMBERED)
def test_addresses_are_the_numbers_of_the_manual(model):
    numbers = dict(TRANSCRIPTS[model]["numbers"])
    first = numbers.pop("first")
    assert {r.channel: r.address + first for r in load_model(model).format.registers} == numbers


def test_no_file_of_the_maps_is_left_out():
    assert [path.stem for path in sorted(MAPS.iterdir())] == shipped_models()


def test_two_models_read_from_one_file_are_equal():
    one, other = load_model("sdm630"), load_model("sdm630")
    assert one == other
    assert replace(one, sha256="") != other
