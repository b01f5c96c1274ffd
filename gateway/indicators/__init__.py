"""Provincial indicators: plans as data, what is counted for them, and how far each target is.

Pure: no input, output, clock or log. May import ``numpy``, ``msgspec``, ``pydantic`` and ``calibration``; files
are read and the registry is asked in :mod:`gateway.programme`, documents are made in :mod:`gateway.reports`.

- ``schema.py``, ``measures.py``: the form of a plan's file and of what an indicator counts; ``plans/*.yaml``: the plans
- ``counted.py``: which records can be counted, by which day, and what proves them
- ``facts.py``: what an evaluation is given; ``results.py``: what it gives
- ``plans.py``: :func:`~gateway.indicators.plans.evaluate_plan`, by way of ``ledger.py``, ``columns.py`` (the facts as
  a plan sees them), ``counting.py``, ``judging.py``, ``case.py`` (an indicator on a day); each kind of measure in
  ``counts.py``, ``reached.py``, ``growth.py``, ``wishes.py``, ``over_plan.py``
- ``pilots.py``: the effect of a pilot, of what ``pilot_days.py``, ``segmented.py``, ``car1.py``, ``sensitivity.py``,
  ``doubts.py`` and ``several.py`` make
- ``tfp.py``, ``productivity.py``: the economy; ``deadlines.py``, ``tasks.py``

Decision: an evaluation is a function of a plan, of facts and of a day; it asks nothing else.
Because: a report that was handed in must be made again, for ever, with the same figures, from the facts kept with it.

Decision: the official value counts what a document proves; what was measured stands beside it and never reduces it.
Because: plans set their targets in words such as carried out and supported, and the officer answers for these words.

Decision: what cannot be said is a result of its own, with what is missing.
Because: a percentage without its denominator, or a share of falling growth, would be believed.
Instead of: 0, or an estimate of ours.
"""
