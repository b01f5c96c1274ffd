"""The agent on the Raspberry Pi: reads instruments, keeps every sample, sends it until it is stored.

May import drivers and calibration; the gateway and dashboards are unknown to it.
"""
