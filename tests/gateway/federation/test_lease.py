"""Several processes of one site: one forwards; another goes on when it vanishes, whatever their clocks say."""

import pytest
from federated import CONFIG, Carrier, S, Speaker, elements, of_table

from gateway.federation.keeping import LEASE_S, Keeping
from gateway.registry import ElementRow

YEAR_S = 31_536_000


class Seconds:
    """A clock that nobody sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def processes(site, carrier, seconds) -> list[Keeping]:
    carrier.keeping.let_go()
    zone = carrier.keeping._zone
    return [Keeping(site.engine, CONFIG, zone, site.clock, is_shared=True, seconds=seconds) for _ in range(2)]


def test_of_two_one_forwards_and_the_other_when_that_one_says_nothing_for_a_minute(processes, seconds) -> None:
    one, other = processes
    assert one.turn().is_ours
    for _ in range(10):
        seconds.now += LEASE_S / 2 + 1
        assert not other.turn().is_ours
        assert one.turn().is_ours  # renewed in time
    assert not other.turn().is_ours
    seconds.now += LEASE_S - 1
    assert not other.turn().is_ours
    seconds.now += 1
    assert other.turn().is_ours
    assert not one.turn().is_ours  # it was only asleep


@pytest.mark.parametrize("wrong_s", [YEAR_S, -YEAR_S])
def test_a_clock_that_was_wrong_neither_keeps_the_lease_nor_loses_it(site, processes, seconds, wrong_s) -> None:
    one, other = processes
    right = site.clock.now
    site.clock.now += wrong_s * S
    assert one.turn().is_ours
    site.clock.now = right
    assert not other.turn().is_ours
    seconds.now += LEASE_S / 2 + 1
    assert one.turn().is_ours
    assert not other.turn().is_ours
    seconds.now += LEASE_S
    assert other.turn().is_ours


def test_one_that_ends_in_order_is_followed_at_once(processes) -> None:
    one, other = processes
    one.turn()
    assert not other.turn().is_ours
    one.let_go()
    assert other.turn().is_ours


def test_what_the_first_left_the_second_sends_and_the_province_sees_one_edge(
    site, province, carrier, processes, seconds
) -> None:
    one, other = Carrier(site), Carrier(site)
    one.keeping, other.keeping = processes
    one.keeping.stored()
    site.agrees()
    edge = Speaker()
    site.takes(edge.says(elements(0)))
    one.turn()
    one.carry(province)
    site.takes(edge.says(elements(1)))
    one.turn()  # gathered, never sent: it vanishes
    province.takes(one.status())
    province.takes(one.status("lost"))
    seconds.now += LEASE_S
    other.turn()  # sees the lease for the first time
    seconds.now += LEASE_S
    other.stored = other.keeping.stored()
    other.all(province)
    assert of_table(province, ElementRow) == of_table(site, ElementRow)
    health = province.health()
    assert (health.waiting, health.missing, health.findings) == (0, 0, ())
