"""The time model: one bucket for every instant, every piece in one place, OEE from what adds up.

Pure: values in, values out; no clock, no file, no log. May import numpy, msgspec and the calendar of the standard
library. Shared by edge and gateway. Times are UTC in ns since 1970, as int64; stretches are half-open ``[start, end)``.

Source: ISO 22400-2:2014 for the times, quantities and ratios; the six big losses after Nakajima (TPM).

Decision: a stop shorter than ``micro_stop_s`` is a performance loss; 0 keeps to ISO 22400 strictly.
Because: nobody enters a reason for ten seconds; OEE is the same either way, since OEE = G / observed.

Decision: silence is neither running nor down. It leaves the denominator, bounds the figure and gates it by coverage.
Because: to hold the last state or to call it down would both invent data; to leave it out alone would reward
unplugging the box.

Decision: the pieces between two readings are booked whole at the instant just before the second one.
Because: whole numbers add up over any cut of time; with a reading a second nothing moves by more than a second.
Instead of: sharing them out by time, which makes fractions of pieces.

Decision: before the first and after the last evidence nothing counts as silence, unless the caller says how far it
has listened (``heard_until``).
Because: a document ends somewhere; a live engine knows that it has been listening since.

Decision: ideal times are kept as counts by product, and multiplied at the end.
Because: whole numbers add without rounding, however a window is cut.
"""
