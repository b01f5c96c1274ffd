"""The agent on the Raspberry Pi: reads instruments, keeps every sample, sends it until it is stored.

May import drivers and calibration; the gateway and dashboards are unknown to it.

Decision: the gateway may import of it ``wire``, ``kpi`` and ``speech``, and nothing else.
Because: contract, formulas, and the way in which figures, times and sentences are said are one thing on both sides.
Instead of: a second formatter, by which the same figure would read differently beside the machine and in the office.
"""
