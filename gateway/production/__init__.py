"""Production over shifts, days, weeks and months: periods, sums of elements, losses, stops, comparisons.

May import the registry, gateway.shop_floor, edge_agent.wire and edge_agent.kpi. ``summing`` writes the daily sums,
``reading`` and ``stops`` ask for them; ``periods``, ``judging`` and ``comparing`` are pure. Nothing here knows HTTP.

Decision: a page rests on daily sums (``production_day``), which a job makes anew wherever a nominal bucket has changed.
Because: of 21 million elements a page can add up none in time, of the sums of a month it adds up some thousands; the
ingest stays as quick as it was, and a late revision is found by its number, not by when it came.
Instead of: sums raised by each record as it comes, which a revision that takes pieces back, or comes twice, spoils.

Decision: what lies in a shift counts for the day on which the shift begins, the rest for the day of its wall clock.
Because: the people of a night shift speak of one night; a month is then a set of days, and needs no hours.

Decision: OEE of a line or a site is of the sum of its machines' elements; machines without counters are left out.
Because: they would add observed time and never a good piece.
Instead of: the mean of the machines' OEE.
"""
