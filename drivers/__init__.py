"""Instruments, and the buses they hang on.

May import numpy, pymodbus and serial; knows nothing of the agent, the broker or certificates.

Decision: drivers do no I/O; an instrument is a generator of requests, a bus carries bytes.
Because: bytes to indications is then pure, and a transcript from a manual is a complete test.
Instead of: one client object per device that owns its port.
"""
