"""The error curve of a certified channel, as edge and gateway both correct by it.

The only module of the contract that rests on ``calibration``: import it where a certificate is at hand.
"""

from calibration.certificate import Point
from calibration.correction import ErrorPolynomial, Interpolated
from edge_agent.wire.certificate_setting import CertifiedChannel

_TWO = 2


def curve_of(said: CertifiedChannel) -> Interpolated | ErrorPolynomial:
    """One point: its error over the range that goes with it; two: a straight line; more: lines, with their bend in u.

    Args:
        said: As ``read_certificates`` has checked it.

    Raises:
        ValueError: Its numbers cannot be used; who, what, what to do.
    """
    if len(said.points) == 1:
        [only] = said.points
        assert said.low is not None, "checked when it was read"
        assert said.high is not None, "checked when it was read"
        return ErrorPolynomial([only.error], [[only.u**2]], said.low, said.high)
    points = [Point(one.indication, one.indication - one.error, one.u, 1.0) for one in said.points]
    return Interpolated(points, bow=0.0 if len(points) == _TWO else None)


def range_of(said: CertifiedChannel) -> tuple[float, float]:
    """Lowest and highest indication for which it holds, in the channel's unit."""
    first, last = said.points[0].indication, said.points[-1].indication
    return first if said.low is None else said.low, last if said.high is None else said.high
