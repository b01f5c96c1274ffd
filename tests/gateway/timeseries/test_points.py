"""Points of the shop floor, in both stores: what was typed comes back, what is no point is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.wire.schema import ELEMENT, ELEMENT_TAGS, STOP
from gateway.timeseries.points import Point, line_of, read_point, tag

T = 1_790_000_400_000_000_000
EVER = (0, 2**62)
TYPED = ['nắp "38", xanh = 5\\8', "a,b=c d", "\\", "ends in \\", '"', "''", "名前 ✓", "#", "=", ",", "-", "x" * 255]


def element(at: int = T, product: str = "cap", shift: str = "A", **numbers: float) -> Point:
    return Point(ELEMENT, ("sa-dec", "e1", "press-1", tag(product), tag(shift)), numbers or {"total": 1.0}, {}, at)


def stop(at: int = T, **texts: str) -> Point:
    return Point(STOP, ("sa-dec", "e1", "press-1"), {"revision": 1.0}, texts, at)


@pytest.mark.parametrize("typed", TYPED)
def test_tags_and_texts_come_back_as_they_were_typed(store, typed) -> None:
    said = [element(product=typed, shift=typed), stop(note=typed, who="")]
    assert store.write([line_of(point) for point in said]) == []
    assert list(store.points(ELEMENT, "sa-dec", "e1", *EVER)) == said[:1]
    assert list(store.points(STOP, "sa-dec", "e1", *EVER)) == said[1:]


def test_a_point_written_again_is_there_once_and_its_new_fields_win(store) -> None:
    store.write([line_of(element(total=1.0, reject=2.0)), line_of(stop(note="x", who="Mai"))])
    store.write([line_of(element(total=0.0)), line_of(element(total=0.0)), line_of(stop(note=""))])
    assert list(store.points(ELEMENT, "sa-dec", "e1", *EVER)) == [element(total=0.0, reject=2.0)]
    assert list(store.points(STOP, "sa-dec", "e1", *EVER)) == [stop(note="", who="Mai")]


def test_points_are_those_of_one_edge_and_stretch_by_time(store) -> None:
    said = [element(T + k, product) for k in range(4) for product in ("b", "a")]
    elsewhere = element()._replace(tags=("sa-dec", "e2", "press-1", "a", "A"))
    store.write([line_of(point) for point in (*reversed(said), elsewhere)])
    found = list(store.points(ELEMENT, "sa-dec", "e1", T + 1, T + 3))
    assert found == sorted(said[2:6], key=lambda point: (point.at, point.tags))
    assert list(store.points(ELEMENT, "sa-dec", "e2", *EVER)) == [elsewhere]
    assert list(store.points(STOP, "sa-dec", "e1", *EVER)) == []


def test_points_are_no_samples(store) -> None:
    store.write([line_of(element()), line_of(stop(note="x"))])
    assert store.latest("sa-dec", "e1") == []


HEAD = "element,site=a,edge=b,work_unit=p,product=x,shift=A"


@pytest.mark.parametrize(
    "line",
    [
        f"{HEAD} total=1.0",
        f"{HEAD} total=1.0 0",
        f"{HEAD} total=1.0 99999999999999999999",
        f"{HEAD} total=1i {T}",
        f"{HEAD} total=true {T}",
        f"{HEAD} total=1e999 {T}",
        f"{HEAD} total=1.0,total=2.0 {T}",
        f"{HEAD} total=1.0, {T}",
        f"{HEAD}  {T}",
        f'{HEAD} note="a"b" {T}',
        f'{HEAD} note="a\nb" {T}',
        f'{HEAD} note="a {T}',
        f"{HEAD} site=1.0 {T}",
        f"{HEAD} time=1.0 {T}",
        f"{HEAD}\\ total=1.0 {T}",
        f"element,site=a,edge=b,work_unit=p,shift=A total=1.0 {T}",
        f"element,site=a,edge=b,work_unit=p,product=,shift=A total=1.0 {T}",
        f"element total=1.0 {T}",
    ],
)
def test_what_is_no_point_is_refused_before_a_store_misreads_it(store, line) -> None:
    [refused] = store.write([line, line_of(element())])
    assert refused.line == line
    assert list(store.points(ELEMENT, "sa-dec", "e1", *EVER)) == [element()]


def test_a_refusal_says_what_was_expected() -> None:
    with pytest.raises(ValueError, match="tags") as caught:
        read_point(f"stop,site=a,edge=b total=1.0 {T}")
    assert str(caught.value) == (
        f"line 'stop,site=a,edge=b total=1.0 {T}': expected the tags site, edge, work_unit. Find who publishes it."
    )


TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(TEXT, TEXT, TEXT, st.floats(allow_nan=False, allow_infinity=False))
def test_a_line_says_what_its_point_says(product, shift, note, number) -> None:
    point = Point(ELEMENT, ("a", "b", "p", tag(product), tag(shift)), {"total": number}, {"note": note}, T)
    read = read_point(line_of(point))
    assert read._replace(texts={}) == point._replace(texts={})
    assert line_of(read) == line_of(point)
    assert len(read.tags) == len(ELEMENT_TAGS)
    assert "\n" not in line_of(point)
