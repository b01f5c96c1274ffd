"""What a judged pilot says in words: figures in their units, intervals, reasons, warnings, other ways of reckoning."""

from typing import NamedTuple

from edge_agent.speech import Speech
from gateway.api.pilot_pictures import Picture, draw_effect
from gateway.indicators.pilots import Effect, Interval
from gateway.programme.judgement import OBSTACLES, FigureJudged, Judgement
from gateway.programme.measured_days import LABOUR, MEASURED
from gateway.registry.pilots import FIGURES

_ENERGY = "energy_per_unit"
_MINUS = "\N{MINUS SIGN}"
FACES = {"improved": "good", "not_improved": "none", "worse": "bad", "unclear": "none", "not_yet": "none"}


class Other(NamedTuple):
    """Another way of reckoning, in words.

    Attributes:
        way: Key of its words: ``model``, ``alone``, ``newey_west``, ``bootstrap``.
        change: What it finds.
        low: Lower end.
        high: Upper end.
    """

    way: str
    change: str
    low: str
    high: str


class Shown(NamedTuple):
    """A figure on the page.

    Attributes:
        figure: Its key.
        name: What people call it.
        unit: Behind its values; empty: they say it themselves.
        state: How it stands.
        sentence: The finding.
        before: Mean of the baseline.
        after: Mean of the result; empty: it is not shown, or there is none.
        reasons: Keys of why it is not judged.
        warnings: Keys of what speaks against believing it at once.
        picture: Its days; None: there are none.
        others: Other ways; none where it was not judged.
        effect: What was computed.
        has_control: The difference from other machines was judged.
    """

    figure: str
    name: str
    unit: str
    state: str
    sentence: str
    before: str
    after: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    picture: Picture | None
    others: tuple[Other, ...]
    effect: Effect
    has_control: bool


class Wording:
    """One language's way of saying a pilot's figures."""

    def __init__(self, say: Speech) -> None:
        self._say = say

    def name(self, figure: str) -> str:
        """What people call a figure."""
        return FIGURES[figure][self._say.language]

    def unit(self, figure: str) -> str:
        """What stands behind its values."""
        if figure == _ENERGY:
            return self._say("pilots.wh_per_piece")
        return self._say("pilots.per_labour_hour") if figure == LABOUR else "%"

    def value(self, figure: str, value: float | None, u: float | None = None) -> str:
        """A value with its unit; shares in per cent.

        Args:
            figure: Its key.
            value: In the figure's unit; None: a dash.
            u: To whose digits it is said.
        """
        return "—" if value is None else f"{self.bare(figure, value, u)} {self.unit(figure)}"

    def bare(self, figure: str, value: float, u: float | None = None) -> str:
        """The same without the unit."""
        scale = 100 if MEASURED[figure].unit == "1" else 1
        if u:
            return self._say.number(value * scale, u * scale)
        return self._say.fixed(value * scale, 1) if scale > 1 else self._say.number(float(f"{value:.4g}"))

    def tick(self, figure: str, value: float) -> str:
        """A mark of the axis."""
        return self._say.number(float(f"{value * (100 if MEASURED[figure].unit == '1' else 1):.6g}"))

    def change(self, figure: str, value: float, u: float | None) -> str:
        """A change with its sign and unit; of shares in points."""
        unit = self._say("pilots.points") if MEASURED[figure].unit == "1" else self.unit(figure)
        return f"{self.signed(figure, value, u)} {unit}"

    def signed(self, figure: str, value: float, u: float | None) -> str:
        """A change with its sign."""
        scale = 100 if MEASURED[figure].unit == "1" else 1
        told = self._say.number(abs(value) * scale, u * scale if u else None)
        return f"{_MINUS if value < 0 else '+'}{told}"

    def sentence(self, one: FigureJudged) -> str:
        """The finding of a figure."""
        effect, name = one.effect, self.name(one.figure)
        if effect.effect is None or effect.adjusted is None:
            return self._say("pilots.figure_" + effect.verdict.value, figure=name)
        parts = {
            "figure": name,
            "change": self.change(one.figure, effect.effect, effect.u),
            "low": self.signed(one.figure, effect.adjusted.low, effect.u),
            "high": self.signed(one.figure, effect.adjusted.high, effect.u),
        }
        return self._say(f"pilots.figure_{effect.verdict.value}", **parts)

    def others(self, one: FigureJudged) -> tuple[Other, ...]:
        """Other ways of reckoning the same."""
        effect, beside = one.effect, one.effect.sensitivity
        if effect.effect is None or beside is None:
            return ()
        ways: list[tuple[str, float, Interval | None]] = [
            ("model", effect.effect, effect.adjusted),
            ("alone", effect.effect, effect.interval),
            ("newey_west", beside.least_squares, beside.newey_west),
            ("bootstrap", beside.least_squares, beside.bootstrap),
        ]
        return tuple(
            Other(way, *(self.change(one.figure, value, effect.u) for value in (size, ends.low, ends.high)))
            for way, size, ends in ways
            if ends is not None
        )

    def shown(self, one: FigureJudged) -> Shown:
        """A figure on the page."""
        effect = one.effect
        reasons = () if effect.effect is not None else one.missing or tuple(code.value for code in effect.reasons)
        return Shown(
            figure=one.figure,
            name=self.name(one.figure),
            unit=self.unit(one.figure),
            state=effect.verdict.value,
            sentence=self.sentence(one),
            before=self.value(one.figure, one.before, effect.u),
            after=self.value(one.figure, one.after, effect.u),
            reasons=reasons,
            warnings=tuple(one.value for one in effect.warnings),
            picture=draw_effect(effect),
            others=self.others(one),
            effect=effect,
            has_control=one.has_control,
        )


def shown_of(say: Speech, judgement: Judgement) -> tuple[Shown, ...]:
    """Every figure of a pilot on the page; where nothing is judged for one reason, no figure has others of its own."""
    words = Wording(say)
    every = tuple(words.shown(one) for one in judgement.figures)
    return tuple(one._replace(reasons=()) for one in every) if OBSTACLES & set(judgement.why) else every
