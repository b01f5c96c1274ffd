"""The text of a CSV, for whoever makes one: by RFC 4180, with the mark by which Excel knows UTF-8."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

_ROWS_AT_ONCE = 500


def csv_lines(heading: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> Iterator[str]:
    r"""The file, some hundred lines at a time.

    >>> "".join(csv_lines(["a", "b"], [["1", "x, y"]]))
    '\ufeffa,b\r\n1,"x, y"\r\n'
    """
    part = io.StringIO()
    writer = csv.writer(part, delimiter=delimiter)
    part.write("\ufeff")
    writer.writerow(heading)
    rest = iter(rows)
    while True:
        batch = list(islice(rest, _ROWS_AT_ONCE))
        writer.writerows(batch)
        yield part.getvalue()
        part.seek(0)
        part.truncate()
        if not batch:
            return
