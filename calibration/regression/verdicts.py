"""What a fit gives and can be asked: an estimate, does the model hold, is a coefficient what it should be?"""

from __future__ import annotations

import math

from calibration.checks import finite, refuse
from calibration.checks import probability as probability_of
from calibration.distributions import (
    chi_square_cdf,
    chi_square_quantile,
    coverage_factor,
    normal_cdf,
    student_t_cdf,
)
from calibration.records import record

WHO = "student check"


@record
class Estimate:
    """An estimate with its standard uncertainty.

    Attributes:
        value: In its unit.
        u: Standard uncertainty, in the same.
        dof: Degrees of freedom of ``u``; ``inf``: it is exactly known.
    """

    value: float
    u: float
    dof: float = math.inf

    def expanded(self, probability: float = 0.95) -> float:
        """Expanded uncertainty: ``u`` times Student's coverage factor for ``dof``.

        Raises:
            ValueError: ``probability`` is none.

        Source:
            JCGM 100:2008, G.3.2 and G.3.4.

        >>> round(Estimate(1.0, 0.1, dof=4).expanded(0.95), 3)
        0.278
        """
        return coverage_factor(probability, self.dof) * self.u


@record
class Adequacy:
    """Chi-square of a fit against its quantile: do the model and the stated uncertainties hold together?

    Attributes:
        chi_square: Sum of squared weighted residuals, dimensionless.
        dof: Points less coefficients.
        p: Probability of the quantile.
        quantile: That of the chi-square distribution with ``dof`` degrees of freedom.
        probability: Of a chi-square this large or larger, if both hold.

    Source:
        ISO/TS 28037:2010, 6.3 (and the like in clauses 7 to 10): validation of the model.
    """

    chi_square: float
    dof: int
    p: float
    quantile: float
    probability: float

    @classmethod
    def of(cls, chi_square: float, dof: int, p: float) -> Adequacy:
        """Hold a chi-square against its distribution.

        Raises:
            ValueError: ``dof`` is below 1, or ``p`` is no probability.

        >>> Adequacy.of(1.665, dof=4, p=0.95).holds
        True
        """
        return cls(chi_square, dof, p, chi_square_quantile(p, dof), chi_square_cdf(chi_square, dof, upper=True))

    @property
    def holds(self) -> bool:
        """Whether chi-square is at most its quantile."""
        return self.chi_square <= self.quantile

    @property
    def words(self) -> str:
        """The verdict as a sentence or two."""
        degrees = "1 degree" if self.dof == 1 else f"{self.dof} degrees"
        told = f"chi-square {self.chi_square:.4g} with {degrees} of freedom"
        if not self.holds:
            return (
                f"{told} exceeds its {100 * self.p:g} % quantile {self.quantile:.4g}: the model or the stated "
                "uncertainties do not hold. Look at the standardised residuals."
            )
        if self.probability > self.p:
            return (
                f"{told} is below its {100 * (1 - self.p):g} % quantile: the model is adequate, and the points lie "
                "closer to it than the stated uncertainties let expect. They may be too large."
            )
        return f"{told} does not exceed its {100 * self.p:g} % quantile {self.quantile:.4g}: the model is adequate."


@record
class StudentCheck:
    """A coefficient held against what it is said to be.

    Attributes:
        t: Difference in standard uncertainties, dimensionless.
        dof: Degrees of freedom; ``inf``: the normal distribution.
        probability: Of a difference this large or larger, of either sign, if the statement is true.

    Source:
        Draper and Smith, Applied Regression Analysis, 1.4; JCGM 100:2008, G.3 for the distribution.
    """

    t: float
    dof: float
    probability: float

    @classmethod
    def of(cls, estimate: Estimate, expected: float) -> StudentCheck:
        """Hold an estimate against a number.

        Raises:
            ValueError: The estimate has no uncertainty to measure by, or ``expected`` is not finite.

        >>> round(StudentCheck.of(Estimate(1.2, 0.1), 1.0).probability, 4)
        0.0455
        """
        if not estimate.u > 0:
            advice = "What is fixed, or fits exactly, needs no test: compare the numbers."
            raise refuse(WHO, "u", "above 0", estimate.u, advice)
        t = (estimate.value - finite(WHO, "expected", expected)) / estimate.u
        tail = normal_cdf(-abs(t)) if math.isinf(estimate.dof) else student_t_cdf(-abs(t), estimate.dof)
        return cls(t, estimate.dof, 2 * tail)

    def differs(self, probability: float = 0.95) -> bool:
        """Whether the difference is significant at the level ``1 - probability``.

        Raises:
            ValueError: ``probability`` is none.
        """
        return self.probability < 1 - probability_of(WHO, "probability", probability)
