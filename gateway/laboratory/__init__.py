"""The laboratory's work: which instruments are due, and which certificate is in force for what an edge reads.

May import SQLAlchemy, segno, the standard library and ``gateway.registry``; what goes back to edges also
``edge_agent.wire`` and ``gateway.people``.

Decision: a day that the owner has written goes before one that is worked out.
Because: when an instrument is due again is its owner's decision (ISO/IEC 17025:2017, 6.4.7); certificate and interval
only propose it.
"""
