"""``nhipdo-edge models``: which instruments are known, and what they show."""

import argparse
from collections.abc import Mapping

from drivers.instrument import Meaning
from drivers.models import load_model, shipped_models
from edge_agent.commands.layout import columns, shown_value
from edge_agent.commands.parsing import Commands, add_command

_TEACHING = """
Example:
  nhipdo-edge models
  nhipdo-edge models sdm630
  nhipdo-edge models ./my_meter.toml

Without a name: the models that are shipped. With a name, or the path of a map of your own: its channels.
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "models", "List the known models, or the channels of one.", _TEACHING, run)
    parser.add_argument("name", nargs="?", metavar="NAME", help="a shipped model, or the path of a map")


def run(args: argparse.Namespace) -> int:
    """List models, or the channels of one."""
    if args.name is None:
        rows = [(m.name, m.dialect, m.title["en"], m.source.manual) for m in map(load_model, shipped_models())]
        print(columns([("MODEL", "SPEAKS", "TITLE", "SOURCE"), *rows]))
        return 0
    model = load_model(args.name)
    source = model.source
    print(f"model   {model.name}\nspeaks  {model.dialect}\ntitle   {model.title['en']} / {model.title['vi']}")
    print(f"source  {source.manual}\n        {source.revision}\n        {source.table}\n")
    print(columns([("CHANNEL", "UNIT", "RANGE", "TITLE"), *channel_rows(model.meanings)]))
    return 0


def channel_rows(meanings: Mapping[str, Meaning]) -> list[tuple[str, str, str, str]]:
    """Channel, unit, valid range and title of each."""
    return [(name, _unit(m), _range(m), m.title.get("en", "")) for name, m in meanings.items()]


def _unit(meaning: Meaning) -> str:
    return "text" if meaning.text else meaning.unit


def _range(meaning: Meaning) -> str:
    if meaning.minimum is None and meaning.maximum is None:
        return ""
    low = "" if meaning.minimum is None else shown_value(meaning.minimum)
    high = "" if meaning.maximum is None else shown_value(meaning.maximum)
    return f"{low}..{high}"
