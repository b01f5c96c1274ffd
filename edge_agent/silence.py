"""Log when an instrument falls silent and when it speaks again, once each."""

import logging

from edge_agent.collect import Sample, grade
from edge_agent.wire.schema import BAD, GOOD

log = logging.getLogger(__name__)


def notice(sample: Sample, grades: dict[str, str]) -> None:
    """Take note of the worst quality in a sample.

    Args:
        sample: Of an instrument.
        grades: Instrument -> the worst quality in its last sample; is kept up to date here.
    """
    before, after = grades.get(sample.instrument, GOOD), grade(sample)
    grades[sample.instrument] = after
    if before.startswith(BAD) == after.startswith(BAD):
        return
    if after.startswith(BAD):
        log.warning("%s", sample.trouble or f"{sample.instrument}: {after}")
    else:
        log.info("%s: can be read again", sample.instrument)
