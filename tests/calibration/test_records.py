"""A record is what the standard library's frozen data class with slots is."""

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from calibration.records import record


def classes(make: Callable[..., Any]) -> tuple[Any, Any]:
    class Length:
        """A length."""

        number: float
        unit: str = "m"
        notes: list[str] = field(default_factory=list)
        hidden: int = field(default=0, repr=False)
        remark: str = field(default="", compare=False)

        def __post_init__(self) -> None:
            if self.number < 0:
                msg = "below 0"
                raise ValueError(msg)

    base = make(Length)

    class Gauge(base):
        """A length with a grade."""

        grade: int = 1

    return base, make(Gauge)


OURS = classes(record)
STANDARD = classes(dataclass(frozen=True, slots=True))


@record
class Pair:
    """Of module level, so that it can be pickled."""

    a: float
    b: tuple[float, ...] = ()


@record(eq=False)
class Alone:
    """Equal only to itself."""

    a: float


@pytest.mark.parametrize("which", [0, 1], ids=["base", "heir"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda cls: repr(cls(2.0)),
        lambda cls: repr(replace(cls(2.0), unit="km", hidden=3)),
        lambda cls: asdict(cls(2.0, notes=["x"])),
        lambda cls: [each.name for each in fields(cls)],
        lambda cls: list(inspect.signature(cls).parameters),
        lambda cls: cls.__init__.__annotations__.keys(),
        lambda cls: (cls.__match_args__, cls.__slots__, cls.__doc__),
        lambda cls: (cls(1.0) == cls(1.0), cls(1.0) == cls(2.0), cls(1.0, hidden=1) == cls(1.0)),
        lambda cls: (cls(1.0, remark="seen") == cls(1.0), cls(1.0) == (1.0, "m", [], 0), cls(1.0) == 1.0),
        lambda cls: hash(cls(1.0, notes=())) == hash(cls(1.0, notes=(), remark="seen")),
        lambda cls: cls(1.0).notes is cls(1.0).notes,
        lambda cls: hasattr(cls(1.0), "__dict__"),
        lambda cls: copy.copy(cls(3.0)) == copy.deepcopy(cls(3.0)) == cls(3.0),
    ],
)
def test_it_answers_as_a_frozen_data_class(ask: Callable[[Any], Any], which: int) -> None:
    assert ask(OURS[which]) == ask(STANDARD[which])


@pytest.mark.parametrize("which", [0, 1], ids=["base", "heir"])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda cls: setattr(cls(1.0), "number", 2.0),
        lambda cls: delattr(cls(1.0), "number"),
        lambda cls: cls(-1.0),
        lambda cls: cls(),
        lambda cls: cls(1.0, colour=2),
    ],
)
def test_it_refuses_what_a_frozen_data_class_refuses(wrong: Callable[[Any], Any], which: int) -> None:
    told = []
    for cls in (OURS[which], STANDARD[which]):
        with pytest.raises((FrozenInstanceError, ValueError, TypeError)) as caught:
            wrong(cls)
        told.append((caught.type, str(caught.value)))
    assert told[0] == told[1]


def test_a_base_and_its_heir_are_not_equal() -> None:
    assert OURS[0](1.0) != OURS[1](1.0)


def test_it_is_pickled_and_hashed_by_its_fields() -> None:
    pair = Pair(1.0, (2.0, 3.0))
    assert pickle.loads(pickle.dumps(pair)) == pair
    assert {pair: 1}[Pair(1.0, (2.0, 3.0))] == 1


def test_one_without_equality_is_equal_to_itself_alone() -> None:
    one = Alone(1.0)
    assert one == one  # noqa: PLR0124
    assert one != Alone(1.0)
    assert len({one, Alone(1.0)}) == 2


def test_a_field_can_be_matched_by_its_place() -> None:
    match Pair(1.0, (2.0,)):
        case Pair(a, (b,)):
            assert (a, b) == (1.0, 2.0)
        case _:
            pytest.fail("no match")
