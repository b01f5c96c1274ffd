"""Any stretch of what the gateway keeps as a file for pandas, R and spreadsheets: CSV and Parquet.

May import the time series, the registry, production's sums and pyarrow, which lives here alone and is imported when a
Parquet file is written; knows nothing of the web.

Decision: one table has one row for each thing that was observed, and a column says whose it is (a long table).
Because: channels come and go and have units of their own; a pivot is one line for the analyst, and to take one apart
again is not.
Instead of: a column for each channel, hundreds of them, most of them empty.

Decision: columns have the names of the measurements' fields and tags, in every language.
Because: a program that reads the file must not break when an office changes its language; titles in both languages
and units stand beside the table.

Decision: Parquet by pyarrow.
Because: it writes one part after the other in bounded memory, keeps times in nanoseconds with their zone and a unit
with each column, has ready-made packages for aarch64, needs nothing else, and is what pandas reads with.
Instead of: fastparquet, which is smaller but takes pandas with it and rewrites its footer for each part; polars,
which is as large and keeps no unit with a column.

Decision: what belongs to a stretch is what begins in it, as the time of a point says.
Because: files of stretches that follow each other then hold everything once; a stop that lasts over midnight is in
the file of the day on which it began.

Decision: names of persons are in no file but where ``--people`` asks for them.
Because: whoever runs the command may read everything, and a file for analysis is copied to many places.
"""
