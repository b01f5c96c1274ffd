"""Content models: matched by hand, and beside libxml2's RELAX NG on documents that chance has broken."""

import random
import re

import pytest

from calibration.certificate import Certificate
from calibration.dcc import check_dcc, write_dcc
from calibration.dcc.form import FORM
from calibration.dcc.grammar import Node, model
from calibration.dcc.simple import expected_of


@pytest.mark.parametrize(
    ("text", "names", "fault"),
    [
        ("a, b?, c+", "a c", None),
        ("a, b?, c+", "a b c c c", None),
        ("a, b?, c+", "a b", (2, "c")),
        ("a, b?, c+", "a b b c", (2, "c")),
        ("a, b?, c+", "a c b", (2, "c or its end")),
        ("a, b?, c+", "", (0, "a")),
        ("(a | b)+, c*", "b a b c c", None),
        ("(a | b)+, c*", "c", (0, "a or b")),
        ("(a | b)?, c", "a b c", (1, "c")),
        ("(a, b | c)*, d", "a b c a b d", None),
        ("(a, b | c)*, d", "a c", (1, "b")),
        ("a*", "", None),
        ("& a, b?, c", "c a", None),
        ("& a, b?, c", "c b a", None),
        ("& a, b?, c", "c b c", (2, "a")),
        ("& a, b?, c", "c b", (2, "a")),
        ("& a, b?", "a b a", (2, "no more")),
        ("& a, b?", "x", (0, "a or b")),
    ],
)
def test_a_model_says_where_a_sequence_leaves_it(text: str, names: str, fault: tuple[int, str] | None) -> None:
    assert model(text).first_fault(names.split()) == fault


def test_every_type_of_content_is_known() -> None:
    kinds = {kind for text in FORM.values() for kind in model(text).types.values()} - {"any"}
    for kind in kinds - FORM.keys():
        expected_of(kind, "")
    named = kinds | {"digitalCalibrationCertificate"}
    assert set(FORM) <= named


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (
            "si:decimal",
            ["1", "-1.5", ".5", "5.", "+1e-3", "1E+10", "NaN", " 1 "],
            ["", "1e", "INF", "0x1", "1,5", "--1", "٣", "1_0"],
        ),
        ("si:positive", ["0", "+1.5", "1e-9", "NaN"], ["-1", "-0", ""]),
        ("si:k", ["2", "1.96", "+3.", "10"], ["0.5", "0", "2e0", "-2"]),
        ("si:probability", ["0.95", "1", "1.00", "0"], ["95", "1.1", "1e-1", ".5"]),
        (
            "date",
            ["2024-02-29", "2024-01-31Z", " 2024-01-01+07:00 ", "2024-01-01+14:00"],
            ["2023-02-29", "24-01-01", "2024-1-1", "", "2024-01-01+15:00", "2024-01-01+07", "٢٠٢٤-01-01"],
        ),
        (
            "dateTime",
            ["2024-01-01T00:00:00Z", "2024-01-01T10:00:00.25+07:00", "2024-01-01T24:00:00"],
            ["2024-01-01", "2024-01-01T10:00", "2024-13-01T10:00:00", "2024-01-01T25:00:00", "2024-01-01T10:61:00"],
        ),
        ("duration", ["P1Y", "P1Y6M", "PT36H", "-P3D", "P1DT0.5S"], ["P", "PT", "1Y", "P1H"]),
        ("boolean", ["true", "false", "0", "1", " true"], ["yes", "True", ""]),
        ("token", ["a", "a b", "a\nb", "a\u00a0"], ["", " a", "a ", "\n"]),
        ("base64", ["VGVz", "VGVzdAo=", "VG\n Vz", ""], ["VGV", "VG=z", "V$Vz"]),
        ("si:decimals", ["1 2 3", "1", ""], ["1 x"]),
        ("verdicts", ["pass fail", "noPass"], ["passed"]),
        ("integers", ["1 -2"], ["1.5"]),
        ("string", ["", " anything "], []),
    ],
)
def test_simple_types_know_right_from_wrong(kind: str, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if expected_of(kind, text) is not None] == []
    assert [text for text in wrong if expected_of(kind, text) is None] == []


# ---------------------------------------------------------------------------------------- the second opinion

SPACES = {"": "https://ptb.de/dcc", "si:": "https://ptb.de/si", "ds:": "http://www.w3.org/2000/09/xmldsig#"}


def relax_ng(etree):
    """The same form, for libxml2: order and presence of elements alone."""
    defines = []
    for kind, text in FORM.items():
        content = model(text)
        if content.node is None:
            parts = (
                _optional(_element(name, content.types[name]), needed=needed)
                for name, needed in content.any_order.items()
            )
            inner = f"<interleave>{''.join(parts)}</interleave>"
        else:
            inner = _pattern(content.node, content.types)
        defines.append(f'<define name="{_safe(kind)}"><ref name="attributes"/>{inner}</define>')
    grammar = (
        '<grammar xmlns="http://relaxng.org/ns/structure/1.0"><start>'
        + _element("digitalCalibrationCertificate", "digitalCalibrationCertificate")
        + "</start>"
        + "".join(defines)
        + '<define name="attributes"><zeroOrMore><attribute><anyName/></attribute></zeroOrMore></define>'
        + '<define name="anything"><ref name="attributes"/><zeroOrMore><choice><text/><element><anyName/>'
        + '<ref name="anything"/></element></choice></zeroOrMore></define></grammar>'
    )
    return etree.RelaxNG(etree.fromstring(grammar))


def _safe(kind: str) -> str:
    return re.sub(r"\W", "_", f"type_{kind}")


def _optional(pattern: str, *, needed: bool) -> str:
    return pattern if needed else f"<optional>{pattern}</optional>"


def _element(name: str, kind: str) -> str:
    prefix = next(p for p in ("si:", "ds:", "") if name.startswith(p))
    if kind == "any":
        inner = '<ref name="anything"/>'
    else:
        inner = f'<ref name="{_safe(kind)}"/>' if kind in FORM else '<ref name="attributes"/><text/>'
    return f'<element name="{name.removeprefix(prefix)}" ns="{SPACES[prefix]}">{inner}</element>'


def _pattern(node: Node, types) -> str:
    parts = "".join(_pattern(part, types) for part in node.parts)
    return {
        "empty": "<empty/>",
        "name": _element(node.name, types.get(node.name, "any")) if node.name else "",
        "then": f"<group>{parts}</group>",
        "or": f"<choice>{parts}</choice>",
        "many": f"<zeroOrMore>{parts}</zeroOrMore>",
    }[node.kind]


@pytest.mark.parametrize("seed", range(4))
def test_libxml2_finds_the_same_documents_out_of_form(finished: Certificate, gauge: str, seed: int) -> None:
    from lxml import etree

    second = relax_ng(etree)
    chance = random.Random(seed)
    verdicts = set()
    for document in (write_dcc(finished), gauge.encode()):
        assert second.validate(etree.fromstring(document))
        for _ in range(40):
            root = etree.fromstring(document)
            elements = [e for e in root.iter() if isinstance(e.tag, str) and e is not root]
            victim = chance.choice(elements)
            parent = victim.getparent()
            move = chance.choice(("leave out", "double", "exchange", "move"))
            if move == "double":
                parent.insert(parent.index(victim), etree.fromstring(etree.tostring(victim)))
            else:
                other = chance.choice(list(parent))
                parent.remove(victim)
                if move == "exchange" and other is not victim:
                    parent.insert(parent.index(other), victim)
                elif move == "move":
                    parent.insert(chance.randrange(len(parent) + 1), victim)
            problems = [p for p in check_dcc(etree.tostring(root)) if p.kind == "schema" and _about_order(p.what)]
            assert bool(problems) == (not second.validate(root)), (move, victim.tag, problems)
            verdicts.add(bool(problems))
    assert verdicts == {True, False}


def _about_order(what: str) -> bool:
    return " in its place, got " in what or " in it, got its end" in what or " alone, got " in what
