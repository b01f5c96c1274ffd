"""``nhipdo-edge read`` against the simulated plant, whose clock stands still."""

from pathlib import Path

import pytest

from drivers.errors import NoReplyError
from drivers.instrument import Indication, Missing
from drivers.simulators.faults import Refusal, Silence
from drivers.simulators.plant import Press
from edge_agent.commands.read import rows_of

WORLD_S = 3600.0


def rows(out: str) -> dict[tuple[str, str], list[str]]:
    """Instrument and channel -> value, unit, quality, what is wrong."""
    table = out.split("\n\n", maxsplit=1)[0].splitlines()
    at = [table[0].index(word) for word in ("INSTRUMENT", "CHANNEL", "VALUE", "UNIT", "QUALITY", "WHAT")]
    cells = [[line[a:b].strip() for a, b in zip(at, [*at[1:], None], strict=True)] for line in table[1:]]
    return {(cell[0], cell[1]): cell[2:] for cell in cells}


def test_every_instrument_is_read_once_and_shown(nhipdo_edge, plant_config):
    code, out, err = nhipdo_edge("read", plant_config)
    assert (code, err) == (0, "")
    shown = rows(out)
    # 6 jams of 30 s in an hour leave 3420 s, a part every 2 s.
    assert shown["press-1", "produced"] == ["1710", "1", "good", ""]
    assert Press().cycles(WORLD_S) == 1710
    assert shown["press-1", "serial_number"] == ["NHIPDO-PRESS-001", "", "good", ""]
    assert shown["meter-1", "frequency"][1:] == ["Hz", "good", ""]
    assert 49 < float(shown["meter-1", "frequency"][0]) < 51
    assert shown["balance-1", "mass"][1] == "g"
    assert len(shown) == 12 + 15 + 1


def test_a_silent_one_is_named_and_its_neighbours_are_read(nhipdo_edge, plant, plant_config, write):
    plant.faults["meter"].set(Silence())
    path = write(Path(plant_config).read_text("utf-8").replace("model = ", "timeout_s = 0.2\nmodel = "))
    code, out, err = nhipdo_edge("read", path)
    assert (code, err) == (1, "")
    shown = rows(out)
    assert shown["press-1", "produced"][0] == "1710"
    assert shown["balance-1", "mass"][2] in {"good", "uncertain.unsettled"}
    lost = [(key, row) for key, row in shown.items() if key[0] == "meter-1"]
    assert all(row[:3] == ["-", "", "bad.no_reply"] and row[3].startswith("meter-1: ") for _, row in lost)
    assert out.endswith("\n\n15 channels could not be read\n")


def test_a_refused_register_is_named_and_the_others_are_read(nhipdo_edge, plant, plant_config):
    plant.faults["press"].set(Refusal(code=2, table="holding_register", addresses=range(4, 6)))
    code, out, _ = nhipdo_edge("read", plant_config)
    assert code == 1
    shown = rows(out)
    assert shown["press-1", "scrap"][2] == "bad.refused"
    assert "scrap (holding_register 4" in shown["press-1", "scrap"][3]
    assert shown["press-1", "good"][2] == "good"
    assert out.endswith("\n\n1 channel could not be read\n")


def test_simulated_ports_need_no_server(nhipdo_edge, write):
    text = '[edge]\nsite = "a"\nname = "b"\n'
    for model in ("sdm630", "mt_sics_balance", "press_plc"):
        name = model.replace("_", "-")
        text += f'[[buses]]\nname = "{name}"\nurl = "sim://{model}"\n'
        text += f'[[buses.instruments]]\nname = "{name}-1"\nmodel = "{model}"\n'
    code, out, err = nhipdo_edge("read", write(text))
    assert (code, err) == (0, "")
    assert len(rows(out)) == 12 + 15 + 1


def test_a_port_that_is_not_there_is_told_with_what_to_do(nhipdo_edge, write):
    text = '[edge]\nsite = "a"\nname = "b"\n[[buses]]\nname = "c"\nurl = "serial:///dev/no-such-port"\n'
    text += '[[buses.instruments]]\nname = "meter-1"\nmodel = "sdm630"\n'
    code, out, err = nhipdo_edge("read", write(text))
    assert (code, err) == (1, "")
    assert rows(out) == {
        ("meter-1", "voltage_l1 and 14 more"): [
            "-",
            "",
            "bad.no_reply",
            (
                "meter-1: /dev/no-such-port does not exist. Plug the adapter in, or name a port that "
                "`ls /dev/serial/by-id/*` shows."
            ),
        ]
    }


@pytest.mark.parametrize(
    ("missing", "shown"), [(("a",), "a"), (("a", "b", "c"), "a, b, c"), (("a", "b", "c", "d"), "a and 3 more")]
)
def test_channels_that_miss_for_one_reason_share_a_row(missing, shown):
    found = [Missing(channel, NoReplyError("m-1: silent. Look.")) for channel in missing]
    assert rows_of("m-1", [Indication("z", 2.5, "V", 0, "out_of_range"), *found]) == [
        ("m-1", "z", "2.5", "V", "uncertain.out_of_range", ""),
        ("m-1", shown, "-", "", "bad.no_reply", "m-1: silent. Look."),
    ]
