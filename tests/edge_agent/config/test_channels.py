"""How channels count, by their register maps."""

import pytest

from edge_agent.config import counter_kind, energy_kind
from edge_agent.config.channels import find_channel

ODD = "odd_counters.toml"


@pytest.fixture
def config(load, piece):
    bus = piece.bus("odd", "tcp://odd")
    odd = piece.instrument("odd-1", piece.meter.replace("meter.toml", ODD))
    return load(
        piece.edge,
        *(piece.bus("press", "tcp://plc"), piece.instrument("press-1", "press_plc")),
        *(bus, odd),
        *(piece.bus(), piece.instrument("meter-1", "sdm630")),
        *(piece.bus("lab", "tcp://balance"), piece.instrument("balance-1", "mt_sics_balance")),
    )


@pytest.mark.parametrize(
    ("channel", "modulus", "signed_bits"),
    [
        ("press-1.produced", 2**32, None),
        ("odd-1.short", 65_536, None),
        ("odd-1.signed", 65_536, 16),
        ("odd-1.long_signed", 2**32, 32),
        ("odd-1.dozens", 12 * 65_536, None),
        ("odd-1.digits", 10_000, None),
        ("odd-1.part", 4096, None),
        ("odd-1.floating", None, None),
        ("balance-1.mass", None, None),
    ],
)
def test_a_counter_rolls_over_where_its_register_does(config, channel, modulus, signed_bits):
    assert counter_kind(config, channel) == (modulus, signed_bits)


def test_a_configured_modulus_is_the_controllers_own(config):
    assert counter_kind(config, "odd-1.short", 10_000) == (10_000, None)
    assert counter_kind(config, "odd-1.signed", 10_000) == (10_000, 16)
    assert counter_kind(config, "balance-1.mass", 10_000) == (10_000, None)


def test_energy_is_counted_in_its_unit(config):
    assert energy_kind(config, "meter-1.energy_import") == (1000.0, None)
    assert energy_kind(config, "odd-1.tenths_of_kwh") == (1000.0, 429_496_729.6)


def test_a_channel_knows_its_instrument_and_its_unit(config):
    found = find_channel(config, "press-1.die_temperature")
    assert (found.instrument.name, found.meaning.unit, found.is_whole) == ("press-1", "Cel", False)
    assert find_channel(config, "press-1.mode").is_whole
