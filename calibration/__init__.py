"""Pure metrology: numbers in, numbers out.

May import numpy and the standard library; knows nobody else here. No port, file, clock, log or chance:
randomness is passed in. Used by the edge agent and by the gateway, so it must import fast.

Decision: quantiles and integrals that the methods need are written here (``distributions``,
``control_charts.constants``) and held to figures computed with 30 digits.
Because: the edge needs four functions of a statistics library and would pay for all of it, in seconds at
every start and in megabytes on a Pi.
Instead of: SciPy.
"""
