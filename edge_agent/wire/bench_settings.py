"""What a laboratory's gateway sets at its bench: work orders, reference standards, and who may do what.

========================= =====================================================
``setting/``              body
========================= =====================================================
``bench-orders/all``      :class:`BenchOrdersSet`
``bench-standards/all``   :class:`BenchStandardsSet`
``bench-people/all``      :class:`BenchPeopleSet`
========================= =====================================================
"""

from typing import Annotated, Literal

import msgspec

from edge_agent.wire.bench import BenchItem
from edge_agent.wire.certificate_setting import Finite, NotNegative
from edge_agent.wire.table_kinds import Day, DayOrNone, Strict, Text

BENCH_ORDERS, BENCH_STANDARDS, BENCH_PEOPLE = "bench-orders", "bench-standards", "bench-people"
Rule = Annotated[str, msgspec.Meta(description="the name of a decision rule, or nothing")]


class BenchOrder(Strict, frozen=True, kw_only=True):
    """A work order that waits at the bench.

    Attributes:
        number: Of the work order.
        procedure: Id of the procedure that was agreed on.
        item: What is to be calibrated.
        decision_rule: As agreed on with the customer; empty: no statement of conformity.
        place: ``laboratory`` or ``customer``.
        promised: Local day by which it is to be ready; empty: none.
        who: Name of the person who is to do it; empty: whoever may.
        note: What else was agreed on.
    """

    number: Text
    procedure: Text
    item: BenchItem
    decision_rule: Rule = ""
    place: Literal["laboratory", "customer"] = "laboratory"
    promised: DayOrNone = ""
    who: Text = ""
    note: Text = ""


class BenchOrdersSet(Strict, frozen=True, kw_only=True):
    """Work orders, the most urgent first."""

    orders: tuple[BenchOrder, ...]


class StatedValue(Strict, frozen=True, kw_only=True):
    """What a certificate says of a material measure: a weight, a gauge block, a resistor.

    Attributes:
        nominal: By which it is chosen, in the standard's unit.
        label: What tells it from another of the same nominal value: ``20*``; empty: nothing.
        value: Conventional value, in the unit.
        u: Standard uncertainty of that.
        drift_u: Standard uncertainty of its drift since, in the unit.
    """

    nominal: Finite
    label: Text = ""
    value: Finite
    u: NotNegative
    drift_u: NotNegative = 0.0


class BenchStandard(Strict, frozen=True, kw_only=True):
    """A reference standard of the laboratory.

    Attributes:
        code: The laboratory's number.
        name: What it is.
        maker: Who made it.
        model: Type.
        serial_number: The maker's number.
        quantity: ``mass``, ``temperature``, ``pressure``, ``voltage``, ``resistance``, ``length``, ``time``,
            ``power``, ``humidity``.
        unit: UCUM code.
        certificate: Number of its certificate.
        issuer: Who issued that.
        due: Last local day on which it may be used.
        values: Of a material measure; none: it shows its value itself.
        instrument: Name on the bench's edge where its indication is read, which has ``setting/certificate`` of its
            own; empty: it is read off by a person, or a material measure.
        channel: Of that instrument.
        points: Error curve of one that is read off: indication, error, u; empty: it is read by the edge.
        resolution: Of what is read off, in ``unit``.
        drift_u: Standard uncertainty of its drift since the certificate, in ``unit``.
    """

    code: Text
    name: Text = ""
    maker: Text = ""
    model: Text = ""
    serial_number: Text = ""
    quantity: Text
    unit: Text
    certificate: Text
    issuer: Text = ""
    due: Day
    values: tuple[StatedValue, ...] = ()
    instrument: Text = ""
    channel: Text = ""
    points: tuple[tuple[Finite, Finite, NotNegative], ...] = ()
    resolution: NotNegative = 0.0
    drift_u: NotNegative = 0.0


class BenchStandardsSet(Strict, frozen=True, kw_only=True):
    """The laboratory's reference standards."""

    standards: tuple[BenchStandard, ...]


class Competent(Strict, frozen=True, kw_only=True):
    """Somebody who may do a procedure.

    Attributes:
        name: As the operator is called in the bench's ``agent.toml``.
        procedure: Id; ``*``: every one.
        until: Last local day; empty: until further notice.
    """

    name: Text
    procedure: Text
    until: DayOrNone = ""


class BenchPeopleSet(Strict, frozen=True, kw_only=True):
    """Who may do what; none: everybody may do everything, and the record says that nobody was asked."""

    people: tuple[Competent, ...]
