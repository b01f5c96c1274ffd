"""The time model: states, counters, elements, OEE. Pure: numpy and values, no clock, no file, no log."""
