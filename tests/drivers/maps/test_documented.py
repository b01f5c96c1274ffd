"""docs/models.md says what the models say."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from drivers.modbus.registers import Register
from drivers.models import DIALECTS, Head, Source, load_model, read_model, shipped_models
from drivers.serial.text_channel import TextChannel

DOCUMENT = Path(__file__).parents[3] / "docs" / "models.md"
TEXT = DOCUMENT.read_text("utf-8")


@pytest.mark.parametrize("kind", [Head, Source, *DIALECTS.values(), Register, TextChannel], ids=lambda k: k.__name__)
def test_every_key_is_named(kind):
    keys = {field.encode_name for field in msgspec.structs.fields(kind)}
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", TEXT))))
    assert keys <= named | {"register", "channel"}


def test_every_shipped_model_is_named():
    assert [model for model in shipped_models() if f"| `{model}` |" not in TEXT] == []


def test_the_example_maps_can_be_loaded():
    examples = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert [read_model(example.encode(), "example.toml").dialect for example in examples] == ["modbus", "text_line"]


def test_the_layout_of_the_press_is_that_of_its_map():
    rows = re.findall(r"^\| (\d+)[^|]*\| `(\w+)`", TEXT, re.MULTILINE)
    assert {channel: int(address) for address, channel in rows} == {
        register.channel: register.address for register in load_model("press_plc").format.registers
    }


def test_the_frames_of_the_press_are_those_of_its_transcript():
    transcript = tomllib.loads((Path(__file__).parent / "press_plc.toml").read_text("utf-8"))
    [exchange] = transcript["poll"][0]["exchanges"]
    printed = [
        bytes.fromhex("".join(re.match(r"(?:[0-9A-F]{2} ?)*", line)[0] for line in block.splitlines()))
        for block in re.findall(r"```\n(00 .*?)```", TEXT, re.DOTALL)
    ]
    assert printed == [bytes.fromhex(exchange["sent"]), bytes.fromhex(exchange["reply"])]
