"""``nhipdo-edge models`` and ``example``."""

from drivers.models import shipped_models
from edge_agent.config import load_config


def test_every_shipped_model_is_listed(nhipdo_edge):
    code, out, err = nhipdo_edge("models")
    assert (code, err) == (0, "")
    heading, *lines = out.splitlines()
    assert heading.split() == ["MODEL", "SPEAKS", "TITLE", "SOURCE"]
    assert [line.split()[0] for line in lines] == shipped_models()


def test_a_models_channels_are_shown_with_unit_and_range(nhipdo_edge):
    code, out, _ = nhipdo_edge("models", "sdm630")
    assert code == 0
    assert out.startswith("model   sdm630\nspeaks  modbus\ntitle   Eastron SDM630-Modbus three-phase energy meter / ")
    assert "\npower_factor     1     -1..1       Power factor\n" in out


def test_an_unknown_model_is_told_with_a_guess(nhipdo_edge):
    assert nhipdo_edge("models", "sdm63") == (
        2,
        "",
        (
            "sdm63: there is no such model. Did you mean sdm630? Shipped are fluke_1522, mt_sics_balance, press_plc, "
            "sdm630; a file of your own is named by its path, which ends in .toml.\n"
        ),
    )


def test_the_example_can_be_checked_as_it_is(nhipdo_edge, tmp_path):
    code, out, err = nhipdo_edge("example")
    assert (code, err) == (0, "")
    (tmp_path / "agent.toml").write_text(out, "utf-8")
    assert load_config(tmp_path / "agent.toml").site == "sa-dec"
