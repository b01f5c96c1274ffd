"""Dashboards for Grafana: written here in Python, and the JSON that Grafana loads beside it (``built``).

May import edge_agent.wire.schema and, only here, Grafana's own model of its JSON (grafana_foundation_sdk). The JSON
ships: a server needs neither this package nor the SDK. ``make dashboards`` writes it anew; a test compares.

Decision: InfluxQL as text.
Because: InfluxDB 1.x, 2.x (through its DBRP mapping) and 3.x all answer it, and an analyst can copy it into a shell.
Instead of: Flux, which 3.x has not, and SQL, which 1.x has not.

Decision: a ratio is a subquery of sums, divided outside, where the denominator is above zero.
Because: a mean of ratios is wrong, and InfluxQL says 0 of a division by zero: a machine that had nothing to do would
show an OEE of 0.

Decision: whole days are those that begin within the range, and days begin by :data:`dashboards.grafana.elements.DAY`.
Because: roll-ups by day stand at local midnight, and ``tz()`` needs files of time zones that a server may lack.

Decision: two builds, one for each language, from one source; a word stands once, in ``words.toml``.
Because: Grafana translates its own menus and nothing of a dashboard.

Decision: the channel's unit is told from its name.
Because: a panel whose channel is chosen by the reader cannot know it, and InfluxDB keeps no unit.
"""
