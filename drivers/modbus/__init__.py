"""Instruments that speak Modbus, without I/O: their registers as data, requests planned once, replies decoded.

May import msgspec, numpy, pymodbus (for its PDUs) and the seam of :mod:`drivers`. A bus adds the frame
(MBAP, RTU, ASCII), carries the PDUs and knows about silence, timeouts and late replies.

Decision: a register map is a TOML file, read into frozen msgspec structs.
Because: a new device is then a file with its source, and msgspec, which the agent's configuration uses too,
checks types at no cost in memory.
Instead of: one Python class for each model.

Decision: what a device refuses (exception 2) is found by bisection within the poll that met it, remembered, and
planned around; it is asked again after a minute, then after twice as long, at most an hour.
Because: one bad register must not spoil its neighbours, nor cost requests at every poll; and what a device
refuses while it starts, it may give later.
Instead of: giving up the block, or one request for each register.

Decision: a value is a float, counters of 64 bits too.
Because: a channel is one float field all the way; 2**53 counts are exact.
Instead of: integers that change their type at the store.
"""
