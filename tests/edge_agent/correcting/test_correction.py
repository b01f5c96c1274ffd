"""All channels of a poll at a stroke give what the library gives for each by itself."""

import numpy as np
import pytest

from edge_agent.correcting.correction import YEAR_NS, Bank, ChannelCorrection
from edge_agent.wire.certificate_setting import CertificateInForce, CertifiedChannel, CertifiedPoint

APPLIES = 1_700_000_000 * 10**9


def channel(rng: np.random.Generator, points: int) -> CertifiedChannel:
    shown = np.sort(rng.uniform(-50.0, 50.0, points))
    told = zip(shown, rng.normal(0.0, 0.1, points), rng.uniform(0.0, 0.05, points), strict=True)
    alone = {"low": -60.0, "high": 60.0} if points == 1 else {}
    return CertifiedChannel(
        unit="Cel",
        points=tuple(CertifiedPoint(indication=x, error=e, u=u) for x, e, u in told),
        resolution=0.01,
        drift_per_year=rng.normal(0.0, 0.1),
        u_drift_per_year=0.02,
        **alone,
    )


@pytest.mark.parametrize("sizes", [(3, 3, 3), (1, 2, 3, 11, 500), (500,), (1,)])
def test_every_value_and_u_is_that_of_the_library_for_this_channel_alone(sizes) -> None:
    rng = np.random.default_rng(20261122)
    channels = {f"c{k}": channel(rng, size) for k, size in enumerate(sizes)}
    names = ["before", *channels, "after"]
    certificate = CertificateInForce(number="K-1", applies_from=APPLIES, channels=channels)
    by = {name: ChannelCorrection(certificate, name) for name in channels}
    bank = Bank(names, by)
    for _ in range(50):
        instant = APPLIES + int(rng.uniform(0, 3) * YEAR_NS)
        shown = rng.uniform(-60.0, 60.0, len(names))
        done = bank.correct(shown, instant)
        assert (done.values[0], done.values[-1]) == (shown[0], shown[-1])
        for k, name in enumerate(channels):
            alone = by[name].at(float(shown[k + 1]), instant)
            assert done.outside[k] == (alone is None)
            if alone is None:
                assert done.values[k + 1] == shown[k + 1]
            else:
                assert (done.values[k + 1], done.u[k]) == pytest.approx(tuple(alone), rel=1e-12, abs=1e-12)
        assert done.is_any_outside == bool(done.outside.any())


def test_at_the_ends_of_a_range_it_holds_and_huge_indications_do_no_harm() -> None:
    points = tuple(CertifiedPoint(indication=x, error=0.5, u=0.1) for x in (0.0, 10.0, 20.0))
    certificate = CertificateInForce(
        number="K-1", applies_from=APPLIES, channels={"t": CertifiedChannel(unit="Cel", points=points, low=5.0)}
    )
    bank = Bank(["t"], {"t": ChannelCorrection(certificate, "t")})
    for shown, value, outside in [(5.0, 4.5, False), (20.0, 19.5, False), (4.99, 4.99, True), (1e308, 1e308, True)]:
        done = bank.correct(np.array([shown]), APPLIES)
        assert (done.values[0], done.outside[0]) == (value, outside)


def test_one_point_is_a_polynomial_of_degree_0_and_two_are_a_straight_line() -> None:
    one = CertifiedChannel(unit="g", points=(CertifiedPoint(indication=5.0, error=0.3, u=0.2),), low=0.0, high=10.0)
    ends = (CertifiedPoint(indication=0.0, error=0.0, u=0.1), CertifiedPoint(indication=10.0, error=1.0, u=0.3))
    two = CertifiedChannel(unit="g", points=ends)
    certificate = CertificateInForce(number="K-1", applies_from=APPLIES, channels={"a": one, "b": two})
    assert ChannelCorrection(certificate, "a").at(7.0, APPLIES) == (6.7, 0.2)
    assert ChannelCorrection(certificate, "b").at(5.0, APPLIES) == pytest.approx((4.5, 0.2))
