"""What the gateway's pages cost a province: the figures of docs/scaling.md.

::

    python benchmarks/gateway.py [--units 200] [--years 2] [--seconds 40] [--profile FOLDER] [--keep FOLDER]

A real PostgreSQL, a real mosquitto, a real ``nhipdo serve``. A tenth of the machines is made first and measured, then
all of them: 200 machines of ten enterprises, 5 000 channels described, two years of elements in buckets of 10 min (21
million rows), their nominal buckets, daily sums and stops. Twenty people are signed in at once: managers and operators
of one enterprise, administrators who see all of it. They ask first as people do (a page, then --think seconds of
looking at it), then all without a pause, which shows how many pages a second the machine gives.

With ``--keep`` the folder stays, and is measured again without being filled: before and after a change in the same
minute, since machines are noisy. It holds for the version of the tables that made it.

*Server* is the time from the request to the first byte of the answer, as the browser sees it, so the time for which a
request waits for its turn is in it; *whole* is until the last byte. Quote medians of several runs: machines are noisy.
"""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]

# A script's own folder is looked through first, and this file has the name of the package that it measures.
if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    import_module("benchmarks.gateway_crowd").main(__doc__)
else:
    # Another script of this folder means the package: its modules are found where they are.
    __path__ = [str(ROOT / "gateway")]
