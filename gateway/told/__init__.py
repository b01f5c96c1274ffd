"""What lives in SQL, told as points to a store that analysts ask by themselves: see ``docs/measurements.md``.

May import the registry, ``gateway.programme``, ``gateway.laboratory``, ``gateway.production`` and
``gateway.timeseries``; knows nothing of the web. ``gateway.jobs`` runs it.

Decision: roll-ups are made by jobs, from the registry's rows and from stored windows.
Because: InfluxDB 1, 2 and 3 each have another way of their own (continuous queries, tasks, none), and none of them
makes an hour anew when something of it comes a week late.
Instead of: continuous queries.

Decision: what is due is kept where it is stored: a revision that was not told, a count of messages that was not summed.
Because: a job, a process or the store may fail at any moment; what was not told then is still due.

Decision: points are compared with those that are there, and only what differs is written; what is no longer so goes.
Because: the same turn twice then changes nothing, and a store that was restored or emptied is filled again by itself.

Decision: jobs of several processes take turns, by an advisory lock of PostgreSQL.
Because: the slower of two would write over what the faster has read later.
"""
