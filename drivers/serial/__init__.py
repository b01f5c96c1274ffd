"""Instruments on a serial port that speak in lines of text: one module for each dialect.

May import msgspec and the seam of :mod:`drivers`; does no I/O, so that a transcript is a complete test.

Decision: a dialect is a frozen, strict struct (what a model file says) and a class (what is done with it).
Because: a mistake in a model file is then found before a port is opened, and named with its key.
Instead of: keyword arguments that are checked when the first reply has come.

Decision: numbers are read as decimals and scaled as decimals, and only then become floats.
Because: 1000.0 mg is then 1 g and not a neighbour of it; a metrologist compares the last digit.
Instead of: ``float(text) * scale``.
"""
