"""What was found: points of calibration, channel by channel."""

from __future__ import annotations

from calibration.certificate.wording import parts, wording, words
from calibration.checks import degrees_of_freedom, finite, non_negative, positive, probability, refuse
from calibration.records import record

# Of the larger of both numbers: what subtraction in double precision may lose.
ROUNDING = 1e-9


@record
class Point:
    """One point of calibration, in the unit of its channel.

    Attributes:
        indication: What the instrument showed.
        reference: Reference value.
        expanded: Expanded uncertainty U of the error, 0 or more.
        k: Coverage factor, above 0.
        probability: Coverage probability, where stated: 0.95.
        dof: Effective degrees of freedom, where stated; ``inf`` is a statement too.
        error: indication - reference, as stated or as computed from both (None). A stated one may be rounded.

    Source:
        VIM 2.16 (error), 2.35 (expanded uncertainty), 2.38 (coverage factor).

    >>> point = Point(indication=20.16, reference=20.13, expanded=0.02, k=2.0)
    >>> round(point.error, 9), round(point.correction, 9), point.u
    (0.03, -0.03, 0.01)
    """

    indication: float
    reference: float
    expanded: float
    k: float
    probability: float | None = None
    dof: float | None = None
    error: float = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Refuse numbers that are none, and an error that the other two contradict.

        Raises:
            ValueError: A number is outside its range, or the error differs from indication - reference by more than U.
        """
        who = "certificate point"
        numbers = {
            "indication": finite(who, "indication", self.indication),
            "reference": finite(who, "reference", self.reference),
            "expanded": non_negative(who, "expanded", self.expanded, "State the expanded uncertainty U of the error."),
            "k": positive(who, "k", self.k, "State the coverage factor that belongs to U."),
        }
        if self.probability is not None:
            numbers["probability"] = probability(who, "probability", self.probability)
        if self.dof is not None:
            numbers["dof"] = degrees_of_freedom(who, "dof", self.dof)
        computed = finite(who, "error", numbers["indication"] - numbers["reference"])
        numbers["error"] = computed if self.error is None else finite(who, "error", self.error)
        for name, number in numbers.items():
            object.__setattr__(self, name, number)
        self._check_error(who, computed)

    def _check_error(self, who: str, computed: float) -> None:
        slack = ROUNDING * max(abs(self.indication), abs(self.reference))
        if abs(self.error - computed) > self.expanded + slack:
            advice = "Look whether it is the correction (its negative), or another line of the table."
            expected = f"indication - reference = {computed:.6g} within U = {self.expanded:g}"
            raise refuse(who, "error", expected, f"{self.error:g}", advice)

    @property
    def correction(self) -> float:
        """What is added to the indication: -error (VIM 2.53)."""
        return -self.error

    @property
    def u(self) -> float:
        """Standard uncertainty of the error: U / k."""
        return self.expanded / self.k


@record
class ChannelResults:
    """Results of one channel of the instrument.

    Attributes:
        channel: Our name of the channel: ``temperature``, ``active_power``.
        quantity: What is measured, in the certificate's language: "Nhiệt độ".
        unit: UCUM code of indications, reference values, errors and U.
        as_found: Points before any adjustment; all of them where nothing was adjusted.
        as_left: Points after adjustment or repair; none where nothing was adjusted.
        low: Lower end of the instrument's range, where stated.
        high: Upper end of it.
        resolution: Smallest step that the instrument shows, above 0, where stated.
        provider: Who measured, where it was not the laboratory itself.
    """

    channel: str
    quantity: str
    unit: str
    as_found: tuple[Point, ...] = ()
    as_left: tuple[Point, ...] = ()
    low: float | None = None
    high: float | None = None
    resolution: float | None = None
    provider: str = ""

    def __post_init__(self) -> None:
        """Refuse a channel without a name or unit, and numbers that are none.

        Raises:
            ValueError: A text is not printable or needed and empty, the range is reversed, the resolution not above 0,
                or what should be points are none.
        """
        words("certificate", self)
        wording("certificate", "channel", self.channel)
        who = f"channel {self.channel!r}"
        for what in ("channel", "unit"):
            if not getattr(self, what):
                raise refuse(who, what, "a text", "none", "Name it; the unit 1 is for what has none.")
        for what in ("as_found", "as_left"):
            object.__setattr__(self, what, parts(who, what, getattr(self, what), Point))
        for what in ("low", "high"):
            if getattr(self, what) is not None:
                object.__setattr__(self, what, finite(who, what, getattr(self, what)))
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise refuse(who, "range", "low below high", f"{self.low} to {self.high}", "Exchange them.")
        if self.resolution is not None:
            object.__setattr__(self, "resolution", positive(who, "resolution", self.resolution))

    @property
    def in_force(self) -> tuple[Point, ...]:
        """The points that hold for the instrument as it went back: as left, or as found where nothing was adjusted."""
        return self.as_left or self.as_found
