"""Tables of growth accounting on a terminal: turned where they are wider than it, never broken by it.

Decision: a wide table is turned, with a column for each year, in as many blocks as it needs.
Because: a row of twelve figures that the terminal breaks in four cannot be read, and years are what people compare.
"""

import shutil
import textwrap
from collections.abc import Sequence

from gateway.commands.asking import print_table
from gateway.reports.growth_told import Told, figure_told

_USUAL = 100
_HEAD, _NAME = 38, 9
_BETWEEN = "  "
_Column = tuple[int, list[str], Sequence[str]]
"""Its width, its name in lines, and its figures."""


def print_told(table: Told, language: str) -> None:
    """A table under its title, no wider than the terminal; 100 columns where there is none."""
    print(f"{table.title}\n")
    width = shutil.get_terminal_size((_USUAL, 24)).columns
    rows = [[one if isinstance(one, str) else figure_told(one, language) for one in row] for row in table.rows]
    widest = [max(map(len, column)) for column in zip(table.heads, *rows, strict=True)]
    if sum(widest) + len(_BETWEEN) * (len(widest) - 1) <= width:
        print_table(table.heads, rows)
    else:
        _print_turned(table, rows, width)
    print()


def print_text(text: str) -> None:
    """A sentence, broken between words."""
    width = shutil.get_terminal_size((_USUAL, 24)).columns
    print(textwrap.fill(text, width, subsequent_indent=_BETWEEN, break_on_hyphens=False))


def _print_turned(table: Told, rows: Sequence[Sequence[str]], width: int) -> None:
    is_text = [all(isinstance(row[k], str) for row in table.rows) for k in range(len(table.heads))]
    figures = [k for k in range(1, len(table.heads)) if not is_text[k]]
    heads = [textwrap.wrap(head, _HEAD) for head in table.heads]
    first = max(len(line) for k in figures for line in heads[k])
    columns = []
    for row in rows:
        name = textwrap.wrap(row[0], _NAME)
        columns.append((max(map(len, [*name, *(row[k] for k in figures)])), name, row))
    for number, block in enumerate(_blocks(columns, width - first)):
        if number:
            print()
        _print_lines(("", first), [(name, wide) for wide, name, _ in block])
        for k in figures:
            *above, last = heads[k]
            for line in above:
                print(line)
            _print_lines((last, first), [([row[k]], wide) for wide, _, row in block])
    for row in rows:
        said = "; ".join(row[k] for k in range(1, len(row)) if is_text[k] and row[k])
        if said:
            print_text(f"{row[0]}: {said}")


def _blocks(columns: Sequence[_Column], room: int) -> list[list[_Column]]:
    """Columns that have room beside each other; one at least."""
    blocks: list[list[_Column]] = []
    left = 0
    for one in columns:
        needed = one[0] + len(_BETWEEN)
        if not blocks or needed > left:
            blocks.append([])
            left = room
        blocks[-1].append(one)
        left -= needed
    return blocks


def _print_lines(head: tuple[str, int], cells: Sequence[tuple[Sequence[str], int]]) -> None:
    """A row whose cells may have several lines, the last of them beside each other."""
    height = max(len(lines) for lines, _ in cells)
    for k in range(height):
        parts = [(head[0] if k == height - 1 else "").ljust(head[1])]
        for lines, wide in cells:
            at = k - (height - len(lines))
            parts.append((lines[at] if at >= 0 else "").rjust(wide))
        print(_BETWEEN.join(parts).rstrip())
