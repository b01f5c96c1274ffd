"""What a plan itself calls the figures that stand beside an indicator's value.

Other names are the product's own (``numerator``, ``last_year``, ``since_2021``, a field that was counted, the id of an
indicator of another plan) and have their words where words are kept.
"""

from gateway.indicators.measures import LabourProductivityGrowth, Measure, Milestone, Records
from gateway.indicators.schema import Words


def words_beside(measure: Measure) -> dict[str, Words]:
    """Name of :class:`gateway.indicators.results.Beside` -> what the plan calls it, in both languages.

    Args:
        measure: Of an indicator.
    """
    if isinstance(measure, Records):
        return {name: Words(vi=one.vi, en=one.en) for name, one in measure.shown.items()}
    if not isinstance(measure, Milestone | LabourProductivityGrowth):
        return {}
    return {name: Words(vi=one.vi, en=one.en) for name, one in measure.beside.items()}
