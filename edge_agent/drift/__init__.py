"""Drift at the edge: instruments that are watched against a second channel, or against a check standard.

May import the standard library, ``edge_agent.collect``, ``config``, ``correcting``, ``dating`` and ``wire``;
``watching.py`` also ``calibration``, and is imported only where ``[[drift_checks]]`` are configured.

A residual is the mean of the channel less that of the other one (or the stated value) over ``every_s``. It is charted
by EWMA and CUSUM, with lines from a base; a signal is a finding, with the rate of the last residuals and its u.

Decision: residuals are of indications, not of corrected values.
Because: it is the instrument that drifts; a new certificate moves every value at once, and is no drift.

Decision: an adjustment of either instrument, or another serial number that one shows, begins a new base. Nothing else
moves the lines.
Because: lines that follow the instrument hide its drift, and an adjustment is none; of another instrument the old
lines say nothing.

Decision: the charts alone signal once in some 40000 residuals: a month at one a minute.
Because: nobody believes a watchman who cries every night. A shift by one standard deviation is still found within 20.
Source: run lengths by ``calibration.drift`` (Crowder 1987; Page 1954).

Decision: a trouble is over after 60 residuals in a row without a signal; the sums begin at zero after every one.
Because: a sum that goes on stays beyond its limit for as long after the repair as before it; and while a shift by one
standard deviation lasts, the sums signal again every 20 or so.
"""
