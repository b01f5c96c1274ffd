"""From the broker to the stores, and the acknowledgement back: what an edge says is stored once, or said to be missing.

The only rooms that know MQTT and the contract's numbers. May import the registry, the time series, edge_agent.wire, and
of the federation whose something is and what is to be marked for it.

Decision: one thread takes what waits as a batch: time series, then one transaction of the registry, then the word back.
Because: an acknowledgement may never be ahead of either store, and a batch costs one commit, not one a message.
Instead of: storing in the broker's callback.
"""
