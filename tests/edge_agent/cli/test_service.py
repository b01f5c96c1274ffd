"""The systemd unit starts what the command line knows."""

import shlex
from configparser import ConfigParser
from importlib.resources import files

from edge_agent.cli import SENSELESS, build_parser


def test_the_unit_runs_the_agent_and_does_not_repeat_what_makes_no_sense():
    # Not strict: of some keys a unit may have several lines, which systemd reads one after the other.
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read_string(files("edge_agent.deploy").joinpath("nhipdo-edge.service").read_text("utf-8"))
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    args = build_parser().parse_args(words)
    assert program.endswith("/nhipdo-edge")
    assert args.run.__module__ == "edge_agent.commands.run"
    assert int(unit["Service"]["RestartPreventExitStatus"]) == SENSELESS
    assert unit["Service"]["Restart"] == "on-failure"
