"""Loading a model: what it is, and every mistake in its file with its place."""

import hashlib
from pathlib import Path

import pytest

from drivers.models import MAPS, MapError, load_model, read_model, shipped_models

HEAD = """model = "mine"
title = { vi = "Máy của tôi", en = "My device" }
source = { manual = "Its manual", revision = "3", table = "7" }
dialect = "modbus"
"""
REGISTER = """[[register]]
channel = "power"
table = "input_register"
address = 52
datatype = "float32"
unit = "W"
"""


def told(text: str) -> list[str]:
    with pytest.raises(MapError) as caught:
        read_model(text.encode(), "mine.toml")
    return str(caught.value).splitlines()


def test_a_file_of_ones_own_is_found_beside_the_configuration(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(HEAD + REGISTER, "utf-8")
    model = load_model("mine.toml", tmp_path)
    assert (model.name, model.title["vi"], model.dialect, model.is_modbus) == ("mine", "Máy của tôi", "modbus", True)
    assert model.source.manual == "Its manual"
    assert model.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert model.meanings["power"].unit == "W"
    assert model.instrument("meter-1", 5).channels == {"power": "W"}


def test_a_path_may_be_absolute():
    assert load_model(str(MAPS / "sdm630.toml"), Path("elsewhere")).name == "sdm630"


def test_a_balance_is_not_modbus():
    model = load_model("mt_sics_balance")
    assert not model.is_modbus
    assert model.instrument("balance-1").channels == {"mass": "g"}


def test_an_unknown_model_is_told_with_what_is_shipped():
    with pytest.raises(MapError) as caught:
        load_model("sdm63")
    assert str(caught.value) == (
        f"sdm63: there is no such model. Did you mean sdm630? Shipped are {', '.join(shipped_models())}; "
        "a file of your own is named by its path, which ends in .toml."
    )


def test_a_file_that_is_not_there_is_told_with_its_path(tmp_path):
    with pytest.raises(MapError) as caught:
        load_model("mine.toml", tmp_path)
    path = tmp_path / "mine.toml"
    assert str(caught.value) == f"mine.toml: cannot be read (No such file or directory). Check the path: {path}"


def test_a_file_as_windows_writes_it_is_read():
    content = ("\ufeff" + HEAD + REGISTER).replace("\n", "\r\n").encode()
    assert (
        read_model(content, "mine.toml").meanings.keys() == read_model((HEAD + REGISTER).encode(), "a").meanings.keys()
    )


def test_another_encoding_is_told_with_its_line():
    with pytest.raises(MapError) as caught:
        read_model("model = 'a'\ntitle.en = 'Zähler'\n".encode("latin-1"), "mine.toml")
    assert str(caught.value) == "mine.toml: line 2: not UTF-8 (byte 0xe4). Save the file as UTF-8."


def test_what_is_not_toml_is_told_with_its_line():
    assert told("model = 'mine'\ntitle = \n") == [
        "mine.toml: expected TOML in UTF-8: Invalid value (at line 2, column 9). Correct the file there."
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD.replace("source", "sauce") + REGISTER,
            ["source: missing. Add it.", "sauce: unknown key. Did you mean source?"],
        ),
        (
            HEAD.replace('"Its manual"', '" "') + REGISTER,
            ["source.manual: is empty. Say where this can be looked up."],
        ),
        (
            HEAD.replace('revision = "3"', "revision = 3") + REGISTER,
            ["source.revision: expected str, got int; it says 3. Correct it."],
        ),
        (
            HEAD.replace("en =", "fr =") + REGISTER,
            ["title.fr: unknown key. Use one of en, vi."],
        ),
        (HEAD.replace("modbus", "modbas"), ["dialect: got 'modbas'. Did you mean modbus?"]),
        (HEAD, ["register: missing. Add it."]),
        (HEAD + "register = 5", ["register: expected array, got int; it says 5. Correct it."]),
        (HEAD + "register = [5]", ["register[0]: expected a table, got 5. Write it as [[register]]."]),
        (
            HEAD + REGISTER.replace("float32", "float"),
            ["register[0].datatype: got 'float'. Did you mean float32 or float64?"],
        ),
        (
            HEAD + REGISTER.replace("input_register", "input"),
            ["register[0].table: got 'input'. Did you mean input_register?"],
        ),
        (
            HEAD + REGISTER.replace("unit", "units"),
            ["register[0].units: unknown key. Did you mean unit?"],
        ),
        (
            HEAD + REGISTER.replace("52", '"52"'),
            ["register[0].address: expected int, got str; it says '52'. Correct it."],
        ),
        (
            HEAD + REGISTER + "no_value = [[]]",
            ["register[0].no_value[0]: expected int | float | str, got array; it says [[]]. Correct it."],
        ),
        (
            HEAD + REGISTER + REGISTER.replace("52", "70000") + "scale = 0\n",
            [
                (
                    "register[1].address: expected 0 to 65535, got 70000. Give the address of the PDU, from 0: 40001 "
                    "in a manual is holding_register 0."
                ),
                "register[1].scale: expected a number that is not 0, got 0. Give the value of one count.",
            ],
        ),
        (
            HEAD + REGISTER + REGISTER,
            ["register[1].channel: 'power' is also register[0]. Give each channel its own name."],
        ),
        (
            HEAD + "max_gap = 999\nmax_registers = 0\n" + REGISTER,
            [
                "max_gap: expected 0 to 124, got 999. Look in the manual of the device.",
                "max_registers: expected 1 to 125, got 0. Look in the manual of the device.",
                "register[0].datatype: takes 2 registers, max_registers is 0. A value must fit into one request.",
            ],
        ),
        (HEAD.replace("modbus", "mt_sics") + 'unit = "t"', ["unit: got 't'. Use one of kg, g, mg, ug."]),
    ],
)
def test_a_mistake_is_told_with_file_place_and_what_to_do(text, expected):
    assert told(text) == [f"mine.toml: {mistake}" for mistake in expected]


def test_all_mistakes_of_a_file_are_told_at_once():
    text = (
        HEAD.replace("dialect", "dialekt = 1\ndialect") + "max_gep = 3\nzzz = 1\n" + REGISTER.replace("float32", "f32")
    )
    text += REGISTER.replace('unit = "W"', 'unit = "W"\nbit = 3')
    assert told(text) == [
        "mine.toml: dialekt: unknown key. Did you mean dialect?",
        "mine.toml: max_gep: unknown key. Did you mean max_gap?",
        (
            "mine.toml: zzz: unknown key. Use one of byte_order, dialect, max_bits, max_gap, max_registers, model, "
            "register, source, title, word_order."
        ),
        "mine.toml: register[0].datatype: got 'f32'. Did you mean float32?",
        (
            "mine.toml: register[1].bit: only a bool, uint16 or uint32 in a register has it. Remove it, or correct "
            "the datatype."
        ),
    ]


@pytest.mark.parametrize("name", shipped_models())
def test_a_shipped_model_speaks_both_languages_and_names_its_source_in_full(name: str) -> None:
    model = load_model(name)
    assert all((model.source.manual, model.source.revision, model.source.table))
    titles = [model.title, *(meaning.title for meaning in model.meanings.values())]
    assert all(title["vi"] and title["en"] and title["vi"] != title["en"] for title in titles)


def test_a_model_of_ones_own_may_speak_one_language() -> None:
    content = (HEAD.replace('en = "My device"', "").replace('Máy của tôi",', 'Máy của tôi"') + REGISTER).encode()
    assert read_model(content, "mine.toml").title == {"vi": "Máy của tôi", "en": "Máy của tôi"}
