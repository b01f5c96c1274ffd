"""The laboratory's work: which instruments may be used and are due, what their certificates rest on, how they drift.

May import SQLAlchemy, segno, the standard library, ``calibration``, ``gateway.access`` and ``gateway.registry``; what
goes back to edges also ``edge_agent.wire`` and ``gateway.people``.

Decision: a day that the owner has written goes before one that is worked out.
Because: when an instrument is due again is its owner's decision (ISO/IEC 17025:2017, 6.4.7); certificate and interval
only propose it.
"""
