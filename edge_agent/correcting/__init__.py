"""From indications to values with their uncertainty, by the certificates that the gateway has set.

May import the standard library, numpy, ``edge_agent.collect``, ``config``, ``dating``, ``outbox`` and ``wire``;
``calibration`` only where a certificate is there (``correction.py`` is imported by nobody before), since an edge
without one can spare its memory.

Cost (``benchmarks/correcting.py``, an instrument with 100 certified channels, a noisy machine): 0.5 to 1.3 CPU s per
million values, by the number of points, and 0.4 to 0.9 for the lines that are twice as long; without a certificate
nothing.

The recorder corrects right after dating, once, so that lines, windows, OEE and charts see one and the same value. The
raw sample is seen before by whoever needs indications: the bench asks ``Correcting.corrected`` for what they stand for.

Decision: the certificate that held at the sample's own time corrects it, and each channel by the last that names it.
Because: a sample that waited for the clock belongs to the time when it was read; voltage and resistance of one
instrument may be calibrated on different days.

Decision: of what may be said against a value one thing is written: what the instrument or the clock said of it first,
then ``adjusted_uncertified``, ``uncalibrated``, ``out_of_range``, ``calibration_overdue``.
Because: a quality is one word, and the first of these is the one that tells most.

Decision: where samples need a certificate, a channel that none names is ``uncalibrated``, whatever the others have.
Because: a certificate speaks of what was calibrated, and of nothing else.

Decision: ``uncalibrated``, ``calibration_overdue`` and ``adjusted_uncertified`` values are counted in windows and OEE;
control charts leave out ``adjusted_uncertified`` alone.
Because: they are as real as yesterday's, and a day in a calendar must stop no counter; but a chart that was laid on
corrected values would blame the process for what happened to the instrument.
Instead of: windows of good samples only, which are empty on the morning after the due day.

Decision: ``out_of_range`` values stay out of windows and charts, and are kept raw as samples, without u.
Because: uncorrected values among corrected ones make a mean of nothing.

Decision: a certificate of two points is taken as a straight line between them.
Because: it shows no bend, and whoever calibrates at two points says that a line holds.

Decision: an adjustment counts from its own time on, whoever told of it, and is kept apart from the settings.
Because: the bench tells of it while the gateway is out of reach, and a setting that comes later may not know it yet.

Decision: a serial number that an instrument itself shows (a text channel ``serial_number``) is held against that of
its certificates for as long as it runs; where they differ nothing is corrected, and a finding says so.
Because: instruments are swapped on the shop floor, under the same name.
"""
