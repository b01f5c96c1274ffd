"""Points as they should be against those that are there."""

from gateway.timeseries.points import Point, line_of, read_point
from gateway.told.mirroring import Gone, difference, mirror, point

T = 1_795_194_000 * 10**9
ALL = (0, 2**62)


def plan(at: int = T, province: str = "82", **numbers: float | None) -> Point:
    return point("plan", (province, "dong-thap"), numbers, {}, at)


def test_only_what_differs_is_written_and_what_lost_a_field_is_dropped_first() -> None:
    same, changed, lost = plan(met=1), plan(at=T + 1, met=2), plan(at=T + 2, met=3)
    there = [same, plan(at=T + 1, met=1), plan(at=T + 2, met=3, tasks=9), plan(at=T + 3, met=4)]
    its = difference([same, changed, lost], there, Gone.DROPPED)
    assert its.write == [changed, lost]
    assert its.drop == [there[2], there[3]]


def test_of_what_adds_up_what_is_gone_becomes_zero() -> None:
    there = [plan(at=T + 2, met=3, tasks=9), plan(at=T + 3, met=4), plan(at=T + 4, met=0)]
    its = difference([plan(at=T + 2, met=3)], there, Gone.ZERO)
    assert its == ([], [plan(at=T + 2, met=3, tasks=0), plan(at=T + 3, met=0)])


def test_a_store_holds_what_it_should_and_the_same_again_changes_nothing(store) -> None:
    wanted = [plan(met=1, tasks=None), plan(province="Đồng, Tháp = 8\\2", met=2), plan(at=T + 1, met=float("nan"))]
    wanted[2] = wanted[2]._replace(numbers={"met": 0.1})
    assert mirror(store, wanted, store.told("plan", {}, *ALL), Gone.DROPPED) == 3
    assert {one.tags[0]: one.numbers for one in store.told("plan", {}, T, T + 1)} == {
        "82": {"met": 1.0},
        "Đồng, Tháp = 8/2": {"met": 2.0},
    }
    assert mirror(store, wanted, store.told("plan", {}, *ALL), Gone.DROPPED) == 0
    assert mirror(store, wanted[:1], store.told("plan", {}, *ALL), Gone.DROPPED) == 2
    assert store.told("plan", {}, *ALL) == wanted[:1]


def test_a_field_that_is_no_longer_known_is_gone_from_the_store(store) -> None:
    mirror(store, [plan(met=1, tasks=5)], [], Gone.DROPPED)
    mirror(store, [plan(met=1)], store.told("plan", {}, *ALL), Gone.DROPPED)
    assert store.told("plan", {}, *ALL) == [plan(met=1)]


def test_every_point_is_read_back_as_it_was_written() -> None:
    one = point("calibration", ("Cơ khí, An", "", "C=1", "mass", "100", "as_left"), {"u": 1e-7}, {"unit": '"'}, T)
    assert read_point(line_of(one)) == one


def test_a_day_and_its_first_hour_are_two_points_though_tags_and_time_are_the_same() -> None:
    tags = ("sa-dec", "press-shop", "press-1", "cap-38", "C")
    hour, day = point("element_hour", tags, {"total": 1}, {}, T), point("element_day", tags, {"total": 5}, {}, T)
    assert difference([hour, day], [hour, day], Gone.ZERO) == ([], [])
    assert difference([day], [hour, day], Gone.ZERO).write == [hour._replace(numbers={"total": 0.0})]


def test_a_text_that_a_store_cannot_keep_is_found_the_same_again(store) -> None:
    typed = ("kẹt\r\nkhuôn\u2028", 'xa "y" \\ z\\', "😀, a=b c", "x" * 65_536, "", "  ")
    wanted = [point("due", ("o", "s", str(k), "kind"), {}, {"name": text}, T) for k, text in enumerate(typed)]
    assert mirror(store, wanted, [], Gone.DROPPED) == len(typed)
    assert mirror(store, wanted, store.told("due", {}, *ALL), Gone.DROPPED) == 0
    assert store.told("due", {}, *ALL)[3].texts["name"] == "x" * 1999 + "…"


def test_numbers_of_any_size_are_found_the_same_again(store) -> None:
    typed = (0.1 + 0.2, 1e-308, 1.7976931348623157e308, -0.0, 2.0**63, 123456789012345680000.0, 5, True)
    wanted = [plan(at=T + k, met=number) for k, number in enumerate(typed)]
    assert mirror(store, wanted, [], Gone.DROPPED) == len(typed)
    assert mirror(store, wanted, store.told("plan", {}, *ALL), Gone.DROPPED) == 0


def test_of_what_nothing_is_known_there_is_no_point(store) -> None:
    unknown = plan(met=None, tasks=float("inf"))
    assert mirror(store, [unknown], [], Gone.DROPPED) == 0
    mirror(store, [plan(met=1)], [], Gone.DROPPED)
    assert mirror(store, [unknown], store.told("plan", {}, *ALL), Gone.DROPPED) == 1
    assert store.told("plan", {}, *ALL) == []
