"""Pure metrology: numbers in, numbers out.

May import numpy and the standard library; knows nobody else here. No port, file, clock, log or chance: a generator of
randomness is passed in. ``docs/metrology.md`` shows it at work on published examples.

``uncertainty`` makes budgets by the GUM, ``monte_carlo`` propagates distributions, ``regression`` fits calibration
curves. ``certificate`` holds what a calibration found, ``dcc`` reads and writes it as PTB's XML, ``correction`` applies
it. ``decision`` judges conformity, ``comparison`` laboratories against each other, ``drift`` and ``intervals`` an
instrument over the years, ``control_charts`` a process. Below them all: ``checks`` of arguments, ``distributions``,
``summation``, ``units``, and ``records``, by which all types of values are made.

Decision: this module imports nothing; each package is asked for by its name and imports what it needs.
Because: an edge that draws control charts must not pay at every start for certificates and documents.
Instead of: one name space with everything in it.

Decision: within a package, what is asked for is there at once; making it is made cheap (``records``).
Because: all of the library takes a third of what NumPy's own import takes, one package a tenth; and some functions are
called as their modules are (``report``, ``precision``), of which a search at first use would find the module.
Instead of: names that are looked up at their first use (PEP 562).

Decision: quantiles and integrals that the methods need are written here (``distributions``,
``control_charts.constants``) and held to figures computed with 30 digits.
Because: the edge needs a few functions of a statistics library and would pay for all of it, in seconds at every start
and in megabytes on a Pi.
Instead of: SciPy.

Decision: what is wrong with the arguments is a ``ValueError`` that says who wants what, what was got and what to do.
Because: a silent NaN, or a value cut to its limit, ends in a certificate.
Instead of: results that mean "not known".
"""
