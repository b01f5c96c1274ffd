"""What makes no sense in a procedure, though every key of its file is well formed."""

from collections.abc import Collection, Iterator

from calibration.units import to_dsi
from edge_agent.bench.formulas import FIGURES, OF_POINTS, OF_SETTLING, names_in, parsed
from edge_agent.bench.procedure import InputRule, Procedure, SettlingRule, TestRule
from edge_agent.bench.steps import MOST_CAPTURES, captures_of

CENTRE = "centre"
"""The first position of a test of kind ``eccentricity``: the others are compared with it."""


def mistakes_of(procedure: Procedure, file: str) -> list[str]:
    """All that is wrong with a procedure, one line each: place, expected, got, what to do.

    Args:
        procedure: Which.
        file: Name of its file without ``.toml``.
    """
    return [
        *_head(procedure, file),
        *_settling(procedure.settling),
        *_repeated("tests", "id", [test.id for test in procedure.tests]),
        *(line for index, test in enumerate(procedure.tests) for line in _test(procedure, test, f"tests[{index}]")),
    ]


def _head(procedure: Procedure, file: str) -> Iterator[str]:
    if procedure.id != file:
        yield f'id: expected the name of the file, "{file}", got "{procedure.id}". Make them the same.'
    if not procedure.version.strip():
        yield 'version: expected a text, got none. Write one, such as "1", and another when the file is changed.'
    if not procedure.sources:
        yield "sources: expected the documents that the method follows, got none. Write them with their year."
    for place, some in (("references", procedure.references), ("tests", procedure.tests)):
        if not some:
            yield f"{place}: expected one or more, got none. Add a table [[{place}]]."
    yield from _units(procedure)
    yield from _repeated("references", "role", [rule.role for rule in procedure.references])
    yield from _repeated("environment", "quantity", [rule.quantity for rule in procedure.environment])
    for index, rule in enumerate(procedure.environment):
        if not rule.low < rule.high:
            yield f"environment[{index}]: expected low below high, got {rule.low:g} and {rule.high:g}. Exchange them."


def _units(procedure: Procedure) -> Iterator[str]:
    units = {"unit": procedure.unit}
    units |= {f"references[{i}].unit": rule.unit for i, rule in enumerate(procedure.references)}
    units |= {f"environment[{i}].unit": rule.unit for i, rule in enumerate(procedure.environment)}
    for place, unit in units.items():
        try:
            to_dsi(unit)
        except ValueError:
            yield f'{place}: expected a UCUM code such as "g", "Cel" or "kPa", got "{unit}". Write the code.'


def _repeated(place: str, key: str, names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f'{place}: expected each {key} once, got "{name}" {names.count(name)} times. Rename one.'


def _settling(rule: SettlingRule | None) -> Iterator[str]:
    if rule is None:
        return
    yield from _formula("settling.within", rule.within, OF_SETTLING)
    if rule.reference_within:
        yield from _formula("settling.reference_within", rule.reference_within, OF_SETTLING)
    if rule.give_up_s < rule.wait_s + rule.window_s:
        got = f"{rule.give_up_s:g} s, and {rule.wait_s + rule.window_s:g} s for both"
        yield f"settling.give_up_s: expected at least wait_s and window_s together, got {got}. Make it longer."


def _test(procedure: Procedure, test: TestRule, place: str) -> Iterator[str]:
    yield from _points(procedure, test, place)
    yield from _positions(test, place)
    if test.kind == "error" and not test.model:
        yield f'{place}.model: missing. Write one, such as model = "x - ref".'
    if test.is_relative and test.kind != "error":
        yield f'{place}.is_relative: expected false for kind "{test.kind}", got true. Leave it out.'
    if test.kind == "hysteresis" and _captured(procedure, test).order != "up_down":
        yield f'{place}.order: expected "up_down" for kind "hysteresis", got "{test.order}". Change it.'
    if test.kind == "repeatability" and test.repeats * test.cycles < 2:  # noqa: PLR2004  (a spread needs two)
        yield f'{place}.repeats: expected 2 or more for kind "repeatability", got 1. Write at least 5.'
    if test.model:
        yield from _model(procedure, test, place)
    elif test.inputs:
        yield f"{place}.inputs: expected none without a model, got {len(test.inputs)}. Write the model."


def _captured(procedure: Procedure, test: TestRule) -> TestRule:
    """The test whose captures a test looks at: mostly itself."""
    return next((earlier for earlier in procedure.tests if test.of and earlier.id == test.of), test)


def _points(procedure: Procedure, test: TestRule, place: str) -> Iterator[str]:
    earlier = [one.id for one in procedure.tests[: procedure.tests.index(test)] if not one.of]
    if test.of and test.of not in earlier:
        known = ", ".join(earlier) or "none"
        yield f'{place}.of: expected the id of an earlier test ({known}), got "{test.of}". Correct it.'
    if test.of and test.points:
        yield f"{place}.points: expected none beside of, got {len(test.points)}. Leave out one of the two."
    if not test.of and not test.points:
        yield f'{place}.points: missing. Write them, such as points = ["low", "high"].'
    if not test.of and not test.instruction:
        yield f"{place}.instruction: missing. Say what the person is to do at a point."
    if (most := captures_of(test, len(test.points))) > MOST_CAPTURES:
        yield f"{place}: expected at most {MOST_CAPTURES} captures, got {most}. Write fewer points, repeats or cycles."
    for index, text in enumerate(test.points):
        yield from _formula(f"{place}.points[{index}]", text, OF_POINTS)
    if test.decimals_of:
        yield from _formula(f"{place}.decimals_of", test.decimals_of, OF_POINTS)


def _positions(test: TestRule, place: str) -> Iterator[str]:
    if test.positions and len(test.positions) != len(test.points):
        got = f"{len(test.positions)} for {len(test.points)} points"
        yield f"{place}.positions: expected one for each point, got {got}. Add or leave out some."
    if test.kind == "eccentricity" and (len(test.positions) < 2 or test.positions[0] != CENTRE):  # noqa: PLR2004
        got = ", ".join(test.positions) or "none"
        yield f'{place}.positions: expected "{CENTRE}" first and others behind it, got {got}. Write them.'


def _model(procedure: Procedure, test: TestRule, place: str) -> Iterator[str]:
    known = names_in(procedure, test)
    names = [rule.name for rule in test.inputs]
    yield from _repeated(f"{place}.inputs", "name", names)
    yield from _formula(f"{place}.model", test.model, known | set(names))
    if not test.inputs:
        yield f"{place}.inputs: expected one or more for a model, got none. Write what is not exactly known."
    for index, rule in enumerate(test.inputs):
        yield from _input(rule, f"{place}.inputs[{index}]", known)
    used = _names(test.model)
    for index, name in enumerate(names):
        if used is not None and name not in used:
            yield f'{place}.inputs[{index}].name: "{name}" is not in the model. Add it there, or leave it out.'
    repeats = _captured(procedure, test).repeats * _captured(procedure, test).cycles
    texts = [test.model, *(text for rule in test.inputs for text in (rule.value, rule.spread, rule.dof))]
    if repeats < 2 and any("s" in (_names(text) or ()) for text in texts if text):  # noqa: PLR2004
        yield f"{place}.repeats: expected 2 or more where a formula uses s, got 1. Repeat, or use s_rep."


def _input(rule: InputRule, place: str, known: Collection[str]) -> Iterator[str]:
    for key, text in (("value", rule.value), ("spread", rule.spread), ("dof", rule.dof)):
        if text:
            yield from _formula(f"{place}.{key}", text, known)


def _names(text: str) -> set[str] | None:
    try:
        return set(parsed(text).names)
    except ValueError:
        return None


def _formula(place: str, text: str, known: Collection[str]) -> Iterator[str]:
    try:
        unknown = [name for name in parsed(text).names if name not in known]
    except ValueError as error:
        yield f"{place}: {error}"
        return
    for name in unknown:
        maker = next((kind for kind, figures in FIGURES.items() if name in figures), "")
        if maker:
            yield (
                f'{place}: {name!r} is what a test of kind "{maker}" finds; expected one before this test that no '
                "session may leave out, got none. Add it, or write the formula without."
            )
        else:
            yield f"{place}: unknown name {name!r}. Use one of {', '.join(sorted(known))}."
