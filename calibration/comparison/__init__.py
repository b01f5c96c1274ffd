"""Interlaboratory comparisons: scores, robust statistics, outliers, precision, reference values.

Pure; may import numpy, the standard library, ``calibration.checks`` and ``calibration.distributions``.

Decision: critical values are computed from Student's t, F and, for two outliers, by Grubbs' own recursion.
Because: the tables of ISO 5725-2 end at 40 laboratories and at 1 and 5 %; computed values agree with them.
Instead of: tables that somebody typed.

Decision: tests tell, and nothing leaves results out by itself.
Because: an outlier is discarded by a person who knows its cause, or not at all (ISO 5725-2, 8.3.5).
Instead of: cleaning in a loop.

Which reference value: laboratories that agree, ``weighted_mean``; a few that do not, ``largest_consistent_subset``;
many that scatter more than they say, ``mandel_paule`` or ``dersimonian_laird``; no uncertainties, ``algorithm_a`` or
``q_hampel``.

Decision: algorithms A and S go on until nothing changes.
Because: a result must not hang on where an iteration happened to stop.
Instead of: the third significant digit.
"""

from calibration.comparison.critical_values import (
    cochran_critical,
    grubbs_critical,
    grubbs_pair_critical,
    mandel_h_critical,
    mandel_k_critical,
)
from calibration.comparison.outliers import (
    Mandel,
    OutlierTest,
    cochran_test,
    grubbs_pair_test,
    grubbs_test,
    mandel_h,
    mandel_k,
)
from calibration.comparison.precision import Precision, precision
from calibration.comparison.random_effects import Consensus, dersimonian_laird, mandel_paule
from calibration.comparison.reference_value import (
    DegreeOfEquivalence,
    ReferenceValue,
    largest_consistent_subset,
    pair_equivalence,
    weighted_mean,
)
from calibration.comparison.robust import Robust, algorithm_a, algorithm_s, median_and_mad, q_hampel
from calibration.comparison.scores import Score, en_scores, is_negligible, z_prime_scores, z_scores, zeta_scores

__all__ = [
    "Consensus",
    "DegreeOfEquivalence",
    "Mandel",
    "OutlierTest",
    "Precision",
    "ReferenceValue",
    "Robust",
    "Score",
    "algorithm_a",
    "algorithm_s",
    "cochran_critical",
    "cochran_test",
    "dersimonian_laird",
    "en_scores",
    "grubbs_critical",
    "grubbs_pair_critical",
    "grubbs_pair_test",
    "grubbs_test",
    "is_negligible",
    "largest_consistent_subset",
    "mandel_h",
    "mandel_h_critical",
    "mandel_k",
    "mandel_k_critical",
    "mandel_paule",
    "median_and_mad",
    "pair_equivalence",
    "precision",
    "q_hampel",
    "weighted_mean",
    "z_prime_scores",
    "z_scores",
    "zeta_scores",
]
