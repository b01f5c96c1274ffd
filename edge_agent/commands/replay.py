"""``nhipdo-edge replay``: the figures of a document that a person can check by hand."""

import argparse

from edge_agent.commands.parsing import Commands, add_command

EXAMPLE = """{
 "timezone": "Asia/Ho_Chi_Minh",
 "shifts": [{"name": "A", "from": "2026-03-02T06:00:00", "to": "2026-03-02T14:00:00"}],
 "planned_stops": [{"from": "2026-03-02T09:30:00", "to": "2026-03-02T10:00:00"}],
 "windows": [{"name": "shift A", "from": "2026-03-02T06:00:00", "to": "2026-03-02T14:00:00"}],
 "products": [{"product": "P", "from": "2026-03-02T06:00:00", "to": "2026-03-02T14:00:00", "ideal_cycle_s": 10}],
 "state_map": {"auto": "RUN", "alarm": "FAULT", "idle": "STOP", "changeover": "SETUP"},
 "events": [{"t": "2026-03-02T06:00:00", "state": "auto"},
            {"t": "2026-03-02T11:00:00", "state": "alarm"},
            {"t": "2026-03-02T12:00:00", "state": "auto"}],
 "counters": [{"name": "pieces", "role": "total", "modulus": 65536, "max_rate_per_s": 0.2,
               "samples": [{"t": "2026-03-02T06:00:00", "v": 65000}, {"t": "2026-03-02T14:00:00", "v": 1744}]},
              {"name": "scrap", "role": "reject", "modulus": 65536, "max_rate_per_s": 0.2,
               "samples": [{"t": "2026-03-02T06:00:00", "v": 7}, {"t": "2026-03-02T14:00:00", "v": 71}]}],
 "expected": {"windows": {"shift A": {"seconds": {"pbt": 27000, "RUN": 23400, "FAULT": 3600},
                                      "pieces": {"total": 2280, "good": 2216}, "failures": 1}}}
}"""
"""A document of the least that gives an OEE; the tests run it."""

_TEACHING = """
Example:
  nhipdo-edge replay shift.json
  nhipdo-edge replay shift.json --table
  nhipdo-edge replay shift.json --compare

A document says what happened to one work unit; such as this shift.json, with a break, a breakdown, and a counter
that rolls over:

{example}

Times are local to "timezone". More keys, all optional:
  state_map            your word -> RUN, FAULT, STOP or SETUP; these four mean themselves
  micro_stop_s         a stop shorter than this is a minor stop
  max_gap_s            a longer silence is no data; heartbeats: [time, {{"from", "to", "every_s"}}] are signs of life
  carry_in_state       before the first event
  late_scrap           [{{"made_at", "qty"}}]: found later, booked where it was made; product: if not the one in force
  shifts               also {{"name", "first_day", "last_day", "start", "end", "weekdays"}}
  role of a counter    total, good, reject or rework; encoding: int16 or int32; carry_in: the reading before
  as_of                with "arrived" in a row: what was known then
  min_valid_time       earlier rows come from a clock that was not set
  expected             the figures that you know, as the answer has them: for --compare

One FILE: its answer. Several: one object, file -> answer. - is standard input. A file that is wrong is told with the
place of every mistake, exit code 2. --compare prints every difference with its place: seconds and pieces agree
exactly, ratios to 1e-9; exit code 1 when there is one.
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    teaching = _TEACHING.format(example=EXAMPLE)
    parser = add_command(commands, "replay", "Compute the figures of a document, such as one by hand.", teaching, run)
    parser.add_argument("files", nargs="+", metavar="FILE.json", help="a replay document; - is standard input")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--table", action="store_true", help="for people: times, pieces, ratios, losses, what is odd")
    form.add_argument("--compare", action="store_true", help="print where it differs from what the file expects")


def run(args: argparse.Namespace) -> int:
    """Answer documents; 2 when one of them is wrong, then none is answered."""
    from edge_agent.commands.replay_answers import answer_documents  # noqa: PLC0415  brings in the whole time model

    return answer_documents(args)
