"""Files of procedures: what is shipped, what a laboratory writes, and every mistake with its place."""

import hashlib
import re

import pytest

from calibration.units import to_dsi
from edge_agent.bench.loading import (
    SHIPPED,
    ProcedureError,
    load_procedure,
    load_procedures,
    shipped_procedures,
)

OWN = """
id = "own"
version = "1"
title = { vi = "Riêng", en = "Own" }
quantity = "mass"
unit = "g"
summary = { en = "One load." }
sources = ["JCGM 100:2008"]
[[references]]
quantity = "mass"
source = "measure"
unit = "g"
title = { en = "Weights" }
[[environment]]
quantity = "temperature"
unit = "Cel"
low = 10.0
high = 30.0
title = { en = "Air" }
[settling]
window_s = 5.0
within = "2 * d"
[[tests]]
id = "rep"
kind = "repeatability"
points = ["high"]
repeats = 5
title = { en = "Repeatability" }
instruction = { en = "Put {nominal} {unit} on." }
[[tests]]
id = "errors"
points = ["low", "high"]
model = "x - ref + digit"
title = { en = "Errors" }
instruction = { en = "Put {nominal} {unit} on." }
[[tests.inputs]]
name = "ref"
value = "ref"
spread = "u_ref"
title = { en = "Weights" }
[[tests.inputs]]
name = "digit"
distribution = "rectangular"
spread = "d / 2 + s_rep"
title = { en = "Resolution" }
"""


@pytest.fixture
def own(tmp_path):
    """Write a procedure of one's own, with a word replaced."""

    def make(old="", new="", file="own"):
        assert not old or OWN.count(old) >= 1, f"the text has {old}"
        path = tmp_path / f"{file}.toml"
        path.write_text(OWN.replace(old, new, 1) if old else OWN, "utf-8")
        return path

    return make


@pytest.mark.parametrize("name", shipped_procedures())
def test_a_shipped_procedure_can_be_followed_by_a_person(name):
    loaded = load_procedure(name)
    one = loaded.procedure
    assert loaded.sha256 == hashlib.sha256((SHIPPED / f"{name}.toml").read_bytes()).hexdigest()
    assert one.sources, "says which method it follows"
    assert one.environment, "says what must be kept around it"
    assert to_dsi(one.unit), "its results can be written into a certificate"
    titles = [one.title, one.summary, *(x.title for x in (*one.references, *one.environment, *one.tests))]
    titles += [x.title for test in one.tests for x in test.inputs]
    titles += [test.instruction for test in one.tests if not test.of]
    assert all({"vi", "en"} <= set(words) for words in titles)
    # Big words at the bench: each sentence of an instruction has 15 words at most.
    for test in one.tests:
        for words in test.instruction.values():
            assert all(len(sentence.split()) <= 15 for sentence in re.split(r"[.:] ", words)), words
    budget = next(test for test in one.tests if test.kind == "error").inputs
    assert {"ref", "drift"} <= {rule.name for rule in budget}


def test_a_shipped_file_is_there_for_everything_that_is_named():
    assert shipped_procedures() == (
        "analytical-balance",
        "caliper",
        "digital-thermometer",
        "electricity-meter",
        "liquid-in-glass-thermometer",
        "micrometer",
        "multimeter-dc-voltage",
        "multimeter-resistance",
        "pressure-gauge",
        "stopwatch",
        "technical-balance",
    )


def test_a_procedure_of_ones_own_goes_before_the_shipped_one(tmp_path, own):
    own()
    changed = (SHIPPED / "caliper.toml").read_text("utf-8").replace('version = "1"', 'version = "1a"')
    (tmp_path / "caliper.toml").write_text("\ufeff" + changed, "utf-8")  # as editors on Windows begin a file
    found = load_procedures(tmp_path)
    assert found["own"].path == tmp_path / "own.toml"
    assert (found["caliper"].procedure.version, found["micrometer"].path.parent) == ("1a", SHIPPED)
    assert len(found) == len(shipped_procedures()) + 1


NAMES = (
    "d, digit, dof_s, env_temperature, env_temperature_high, env_temperature_low, h, high, low, n, n_rep, nominal, "
    "ref, s, s_ref, s_rep, u_drift, u_ref, x"
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('version = "1"', "", "version: missing. Add it."),
        ('version = "1"', 'version = "1"\nvresion = "2"', "vresion: unknown key. Did you mean version?"),
        ('id = "own"', 'id = "other"', 'id: expected the name of the file, "own", got "other". Make them the same.'),
        (
            '["JCGM 100:2008"]',
            "[]",
            "sources: expected the documents that the method follows, got none. Write them with their year.",
        ),
        (
            'unit = "g"\nsummary',
            'unit = "gram"\nsummary',
            'unit: expected a UCUM code such as "g", "Cel" or "kPa", got "gram". Write the code.',
        ),
        ("low = 10.0", "low = 40.0", "environment[0]: expected low below high, got 40 and 30. Exchange them."),
        ("low = 10.0", 'low = "10"', "environment[0].low: expected float, got str; it says '10'. Correct it."),
        ("window_s = 5.0", "window_s = -5.0", "settling.window_s: expected float > 0.0; it says -5.0. Correct it."),
        (
            "window_s = 5.0",
            "window_s = 500.0\ngive_up_s = 100.0",
            (
                "settling.give_up_s: expected at least wait_s and window_s together, got 100 s, and 500 s for both. "
                "Make it longer."
            ),
        ),
        ('"2 * d"', '"2 * x"', "settling.within: unknown name 'x'. Use one of d, high, low, nominal."),
        ('"rep"', '"errors"', 'tests: expected each id once, got "errors" 2 times. Rename one.'),
        ('points = ["high"]', "points = []", 'tests[0].points: missing. Write them, such as points = ["low", "high"].'),
        (
            "repeats = 5",
            "repeats = 1",
            'tests[0].repeats: expected 2 or more for kind "repeatability", got 1. Write at least 5.',
        ),
        ('"low", "high"', '"low", "top"', "tests[1].points[1]: unknown name 'top'. Use one of d, high, low."),
        ('model = "x - ref + digit"', "", 'tests[1].model: missing. Write one, such as model = "x - ref".'),
        ('"x - ref + digit"', '"x - reff + digit"', f"tests[1].model: unknown name 'reff'. Use one of {NAMES}."),
        (
            '"x - ref + digit"',
            '"x - ref"',
            'tests[1].inputs[1].name: "digit" is not in the model. Add it there, or leave it out.',
        ),
        (
            '"u_ref"',
            '"u_ref +"',
            (
                "tests[1].inputs[0].spread: model 'u_ref +': column 8: expected an expression, got invalid syntax. "
                "Allowed are numbers, names, + - * / **, parentheses and abs, acos, acosh, asin, asinh, atan, "
                "atan2, atanh, cos, cosh, exp, log, log10, sin, sinh, sqrt, tan, tanh."
            ),
        ),
        (
            '"u_ref"',
            '"ecc"',
            (
                "tests[1].inputs[0].spread: 'ecc' is what a test of kind \"eccentricity\" finds; expected one "
                "before this test that no session may leave out, got none. Add it, or write the formula without."
            ),
        ),
        (
            "repeats = 5",
            "repeats = 5\noptional = true",
            (
                "tests[1].inputs[1].spread: 's_rep' is what a test of kind \"repeatability\" finds; expected one "
                "before this test that no session may leave out, got none. Add it, or write the formula without."
            ),
        ),
        (
            '"u_ref"',
            '"s"',
            "tests[1].repeats: expected 2 or more where a formula uses s, got 1. Repeat, or use s_rep.",
        ),
        (
            "repeats = 5",
            "repeats = 100\ncycles = 100",
            "tests[0]: expected at most 8000 captures, got 10000. Write fewer points, repeats or cycles.",
        ),
        (
            'kind = "repeatability"',
            'kind = "repetition"',
            "tests[0].kind: got 'repetition'. Did you mean repeatability?",
        ),
        (
            'kind = "repeatability"',
            'kind = "repeatability"\npositions = ["a", "b"]',
            "tests[0].positions: expected one for each point, got 2 for 1 points. Add or leave out some.",
        ),
        (
            '[[references]]\nquantity = "mass"\nsource = "measure"\nunit = "g"\ntitle = { en = "Weights" }',
            "references = []",
            "references: expected one or more, got none. Add a table [[references]].",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(own, old, new, told):
    path = own(old, new)
    with pytest.raises(ProcedureError) as caught:
        load_procedure(path)
    assert str(caught.value).splitlines()[0] == f"{path}: {told}"


def test_an_eccentricity_has_positions_and_a_hysteresis_two_directions(own):
    path = own('kind = "repeatability"\npoints', 'kind = "eccentricity"\npoints')
    with pytest.raises(ProcedureError) as caught:
        load_procedure(path)
    assert f'{path}: tests[0].positions: expected "centre" first and others behind it, got none. Write them.' in str(
        caught.value
    )
    path = own('kind = "repeatability"\npoints', 'kind = "hysteresis"\npoints')
    with pytest.raises(ProcedureError) as caught:
        load_procedure(path)
    expected = f'{path}: tests[0].order: expected "up_down" for kind "hysteresis", got "up". Change it.'
    assert expected in str(caught.value).splitlines()


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path, own):
    first = own("window_s = 5.0", "window_s = -5.0")
    second = own('version = "1"', 'version = " "', file="second")
    with pytest.raises(ProcedureError) as caught:
        load_procedures(tmp_path)
    assert str(caught.value).splitlines() == [
        f"{first}: settling.window_s: expected float > 0.0; it says -5.0. Correct it.",
        f'{second}: id: expected the name of the file, "second", got "own". Make them the same.',
        f'{second}: version: expected a text, got none. Write one, such as "1", and another when the file is changed.',
    ]


def test_a_file_that_is_none_is_told(tmp_path):
    cases = {
        tmp_path / "none.toml": "cannot be read (No such file or directory). Name a file that this user may read.",
        tmp_path / "latin.toml": "line 2: not UTF-8 (byte 0xe9). Save the file as UTF-8.",
        tmp_path / "broken.toml": ("expected TOML, got: Invalid value (at line 1, column 6). Mend it there."),
        tmp_path / "huge.toml": "expected at most 1000000 bytes, got 1000001. Name the file of a procedure.",
    }
    (tmp_path / "latin.toml").write_bytes(b"# a\n# \xe9\n")
    (tmp_path / "broken.toml").write_text("id = \n")
    (tmp_path / "huge.toml").write_bytes(b"#" * 1_000_001)
    for path, told in cases.items():
        with pytest.raises(ProcedureError) as caught:
            load_procedure(path)
        assert str(caught.value) == f"{path}: {told}"


def test_a_name_or_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ProcedureError) as caught:
        load_procedure("calliper")
    assert str(caught.value) == (
        "procedure 'calliper': there is none of this name. Did you mean caliper? "
        "Or give the path of a file that ends in .toml."
    )
    with pytest.raises(ProcedureError) as caught:
        load_procedures(tmp_path / "none")
    assert str(caught.value) == (
        f"{tmp_path / 'none'}: expected the folder of the laboratory's procedures, got none. "
        "Make it, or name another one."
    )
