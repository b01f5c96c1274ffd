"""``nhipdo demo``: the whole chain on this machine, each part a process of its own, as in the field.

Starts the agent by its command line only: no import joins them.
"""
