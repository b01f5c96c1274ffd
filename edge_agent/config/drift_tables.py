"""The tables ``[[drift_checks]]`` of ``agent.toml``: what an instrument is watched against."""

from typing import Annotated

import msgspec

from edge_agent.config.kinds import Seconds
from edge_agent.config.shop_kinds import ChannelOf, Number
from edge_agent.wire.table_kinds import Positive, Strict


class DriftCheckConfig(Strict, frozen=True, kw_only=True):
    """One channel that is watched against another one, or against the stated value of a check standard.

    Attributes:
        channel: Which is watched.
        against: A redundant channel of the same quantity in the same unit; empty: ``stated`` is.
        stated: Value of the check standard, in the channel's unit.
        within: Farther from ``stated`` nothing is the check standard: what else is measured is left out; None: the
            check standard is measured all the time.
        every_s: One residual is the mean over so long, s.
        base: Residuals from which centre and spread are taken.
    """

    channel: ChannelOf
    against: ChannelOf = ""
    stated: Number | None = None
    within: Positive | None = None
    every_s: Seconds = 60.0
    base: Annotated[int, msgspec.Meta(ge=20, le=1000, description="a whole number from 20 to 1000")] = 120
