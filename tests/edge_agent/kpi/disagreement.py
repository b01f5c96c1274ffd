"""Where engine and brute force answer a document otherwise, and the smallest document that shows it."""

import copy
from collections.abc import Callable

from brute_force import brute_force, differences

from edge_agent.kpi.document import DocumentError
from edge_agent.kpi.replay import replay


def shorter(document: dict) -> list[dict]:
    """The documents with one entry less, the big ones first."""
    made = []
    for key, entry in document.items():
        if key in ("timezone", "state_map"):
            continue
        made.append({k: v for k, v in document.items() if k != key})
        if not isinstance(entry, list):
            continue
        for i, row in enumerate(entry):
            made.append(document | {key: entry[:i] + entry[i + 1 :]})
            if isinstance(row, dict):
                made += [document | {key: [*entry[:i], less, *entry[i + 1 :]]} for less in shorter(row)]
    return made


def smallest(document: dict, fails: Callable[[dict], bool]) -> dict:
    """A document that still fails and none of whose entries can be left out."""
    while True:
        less = next((made for made in shorter(document) if fails(made)), None)
        if less is None:
            return document
        document = less


def compare(document: dict) -> list[str]:
    """What engine and brute force say otherwise of a document; a refusal too."""
    try:
        got = replay(copy.deepcopy(document))
    except DocumentError as error:
        return [f"refused: {line}" for line in str(error).splitlines()]
    except Exception as error:  # noqa: BLE001 - that it fell over is the finding
        return [f"refused: {error!r}"]
    return differences(brute_force(document), got)


def fails_alike(found: list[str]) -> Callable[[dict], bool]:
    """Whether another document fails as this one does: refused with the same words, or answered otherwise."""
    refused = [line for line in found if line.startswith("refused")]

    def fails(document: dict) -> bool:
        try:
            again = compare(document)
        except (KeyError, ValueError, IndexError):  # the brute force believes what it is given
            return False
        return bool(again) and [line for line in again if line.startswith("refused")] == refused

    return fails
