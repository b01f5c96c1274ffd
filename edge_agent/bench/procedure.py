"""A calibration procedure as data: what a file in ``procedures/`` may say.

Formulas are read by ``calibration.uncertainty.parse_model`` and never run as a program. They may use these names, each
in the unit of the item unless said otherwise:

================ ==================================================================================================
``x``            mean indication of the item at the point
``ref``          reference value at the point, corrected by the standard's certificate
``nominal``      what the point is to be
``u_ref``        standard uncertainty of ``ref`` by the standard's certificate
``u_drift``      standard uncertainty of the standard's drift since then
``s_ref``        standard deviation of the reference's values over the repeats; 0.0 for a material measure
``n``            accepted repeats at the point
``s``            standard deviation of the repeats at the point, of differences from the reference, each direction by
                 itself; ``dof_s`` its degrees of freedom
``h``            difference of down and up at the point, without its sign; 0.0 where the test has one direction
``d``            resolution of the item
``low``, ``high`` the item's range
``s_rep``        largest standard deviation that a test of kind ``repeatability`` found; ``n_rep`` its repeats
``ecc``          largest difference from the centre that a test of kind ``eccentricity`` found; ``l_ecc`` its load
``hys``          largest difference of up and down that a test of kind ``hysteresis`` found
``zero``         what a test of kind ``zero`` found; ``s_zero`` its standard deviation
``env_...``      mean of an environment quantity at the point, ``env_temperature``, in its own unit; ``env_..._low``
                 and ``env_..._high`` the limits within which it stayed in the session
================ ==================================================================================================

In a model stand the test's inputs and these names. An input may have the name of one of them, ``ref``, and is then
that quantity with its uncertainty; a name that is no input is taken as exactly known.

Which names have a value where is in ``formulas``; files are read by ``loading`` and checked by ``checking``.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from edge_agent.wire.certificate_setting import Finite, NotNegative
from edge_agent.wire.table_kinds import Name, Strict, Text, Title, Words

Identifier = Annotated[
    str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,30}\Z", description="a name of a..z, 0..9 and _, at most 31 long")
]
Formula = Annotated[str, msgspec.Meta(min_length=1, max_length=2000, description="a formula")]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400, description="seconds above 0, at most 86400")]
Repeats = Annotated[int, msgspec.Meta(ge=1, le=100, description="a whole number from 1 to 100")]


class ReferenceRule(Strict, frozen=True, kw_only=True):
    """A reference that the procedure needs.

    Attributes:
        role: Its name in the session: ``reference``.
        title: What people call it.
        quantity: As standards have it: ``mass``.
        source: ``measure``: a material measure, whose stated value counts; ``channel``: read by the edge; ``typed``:
            read off by a person; ``either``: one of the last two.
        unit: UCUM code of its values.
    """

    role: Identifier = "reference"
    title: Title
    quantity: Text
    source: Literal["measure", "channel", "typed", "either"]
    unit: Text


class EnvironmentRule(Strict, frozen=True, kw_only=True):
    """A condition that must be kept, and is recorded with every capture.

    Attributes:
        quantity: ``temperature``, ``humidity``, ``pressure``.
        title: What people call it.
        unit: UCUM code.
        low: Least allowed.
        high: Greatest allowed.
        most_change: Largest change within the session; None: no limit.
        is_required: Whether nothing is captured without it.
    """

    quantity: Identifier
    title: Title
    unit: Text
    low: Finite
    high: Finite
    most_change: NotNegative | None = None
    is_required: bool = True


class SettlingRule(Strict, frozen=True, kw_only=True):
    """When a reading has settled: all indications of the last ``window_s`` lie within a band.

    Attributes:
        window_s: t, seconds.
        within: Width of the band as a formula of ``d``, ``nominal``, ``low``, ``high``: ``2 * d``.
        reference_within: The same for the references, in their unit; empty: they need not settle.
        wait_s: At least so long after the person said that the point is set up.
        give_up_s: When it has not settled after so long, the page says so and offers what to do.
    """

    window_s: Seconds
    within: Formula
    reference_within: str = ""
    wait_s: Annotated[float, msgspec.Meta(ge=0, le=86_400, description="seconds, 0 or more")] = 0.0
    give_up_s: Seconds = 600.0


class InputRule(Strict, frozen=True, kw_only=True):
    """An input of the measurement model.

    Attributes:
        name: In the model.
        title: What it is, for the budget.
        value: Its estimate, a formula.
        distribution: ``normal``: ``spread`` is u; ``rectangular``, ``triangular``, ``arcsine``: it is the half-width.
        spread: A formula, 0 or more.
        dof: Degrees of freedom, a formula; empty: infinite.
        evaluation: ``A`` or ``B``.
        unit: UCUM code; empty: the item's.
    """

    name: Identifier
    title: Title
    value: Formula = "0"
    distribution: Literal["normal", "rectangular", "triangular", "arcsine"] = "normal"
    spread: Formula
    dof: str = ""
    evaluation: Literal["A", "B"] = "B"
    unit: Text = ""


class TestRule(Strict, frozen=True, kw_only=True):
    """A series of points that are handled alike.

    Attributes:
        id: Within the procedure.
        title: What people call it.
        kind: ``error``: each point becomes a point of the error curve; the others give one figure of the item, which
            the formulas of later tests may use.
        instruction: What the person is to do at a point; ``{nominal}``, ``{unit}`` and ``{position}`` stand for the
            point's.
        points: Formulas of ``low``, ``high`` and ``d`` for the nominal values: ``["low", "0.5 * high", "high"]``; a
            session may change them. None: nothing is captured, see ``of``.
        of: Id of an earlier test whose captures this one looks at: the hysteresis of the points of the error curve.
        positions: Names of places, one for each point, where points differ by place: ``["centre", "front_left"]``.
        repeats: At each point, one after the other.
        cycles: How often the whole series is run through, one after the other; repeats count on.
        order: ``up``, ``down``, ``up_down`` (each point twice, the highest once), ``random``.
        decimals_of: Formula of the step to which the nominal values are rounded; empty: not rounded.
        model: Result of a point: ``x - ref`` with inputs of ``inputs``; empty: the kind's own figure without a budget.
            Of a test that gives one figure: that figure, ``zero + reading``.
        inputs: Of the model.
        is_relative: The result is a share in ``%`` of the reference.
        optional: A session may leave it out.
    """

    # So that pytest, which takes every Test... for its own, lets it be.
    __test__: ClassVar[bool] = False

    id: Identifier
    title: Title
    kind: Literal["error", "repeatability", "eccentricity", "hysteresis", "zero"] = "error"
    instruction: Title = msgspec.field(default_factory=dict)
    points: Annotated[tuple[Formula, ...], msgspec.Meta(max_length=200)] = ()
    of: str = ""
    positions: tuple[Text, ...] = ()
    repeats: Repeats = 1
    cycles: Repeats = 1
    order: Literal["up", "down", "up_down", "random"] = "up"
    decimals_of: str = ""
    model: str = ""
    inputs: tuple[InputRule, ...] = ()
    is_relative: bool = False
    optional: bool = False


class Procedure(Strict, frozen=True, kw_only=True):
    """A procedure: one file.

    Attributes:
        id: The name of its file.
        version: Of the file's contents.
        title: What people call it.
        kinds: Words by which an instrument's kind is recognised: ``["cân phân tích", "analytical balance"]``.
        quantity: Of the item's indication.
        unit: UCUM code in which the procedure is written; an item of another is refused.
        item_source: ``channel``, ``typed`` or ``either``.
        summary: The method that it follows, in our own words.
        sources: Documents that the method follows, with their year.
        references: What is needed.
        environment: What must be kept around it.
        settling: When a point may be captured; None: at once.
        tests: In the order in which they are done.
        probability: Coverage probability of the expanded uncertainty.
        coverage: ``student``: k by the effective degrees of freedom; ``shape``: where one or two rectangular inputs
            outweigh all others k is theirs (1.65, or that of a trapezoid), else as ``student``.
    """

    id: Name
    version: Text
    title: Title
    kinds: Words = ()
    quantity: Text
    unit: Text
    item_source: Literal["channel", "typed", "either"] = "either"
    summary: Title
    sources: Words
    references: tuple[ReferenceRule, ...]
    environment: tuple[EnvironmentRule, ...] = ()
    settling: SettlingRule | None = None
    tests: tuple[TestRule, ...]
    probability: Annotated[float, msgspec.Meta(gt=0.5, lt=1)] = 0.9545
    coverage: Literal["student", "shape"] = "student"
