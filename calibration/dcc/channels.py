"""From the results of a document to channels: tables of before and after an adjustment brought together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from calibration.certificate import ChannelResults, Conformity
from calibration.dcc import words
from calibration.dcc.document import Element
from calibration.dcc.problems import DccError, Problem, left_out
from calibration.dcc.quantities import cannot, columns_of
from calibration.dcc.speech import Speech, find, find_all, token, words_of
from calibration.dcc.tables import channel_of, results_of

RESULT = "measurementResults/measurementResult"
CONDITION = "influenceConditions/influenceCondition"


@dataclass(slots=True)
class Channels:
    """What is gathered from one result after another.

    Attributes:
        merged: Results by channel, None where a channel has only kept its place.
        said: Statements of conformity with their lines, by channel and whether they are about results as left.
        left: What had no place.
        counts: Results so far as found (False) and as left.
    """

    merged: dict[str, ChannelResults | None] = field(default_factory=dict)
    said: dict[tuple[str, bool], list[tuple[Element, Conformity]]] = field(default_factory=dict)
    left: list[Problem] = field(default_factory=list)
    counts: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})

    def gather(self, result: Element, speech: Speech, units: Sequence[str], *, after: bool) -> None:
        """Take in one result, or a condition that holds results.

        Another laboratory's results have no channel's name: the first of those before belongs to the first after.
        """
        self.counts[after] += 1
        number = self.counts[after]
        try:
            found = results_of(result, speech, units, number)
        except DccError:
            raise
        except ValueError as error:
            raise cannot(result, str(error).rstrip(".")) from error
        self.left += found.left
        # A channel without points as found keeps its place for those as left.
        self.merged.setdefault(channel_of(result, speech, number), None)
        for one in found.results:
            before = self.merged.get(one.channel)
            name = one.channel
            if before is not None and before.unit != one.unit:
                name, before = f"{one.channel}_left", None
            self.merged[name] = _joined(before, replace(one, channel=name), after=after)
            said = found.conformity.get(one.channel, [])
            self.said.setdefault((name, after), []).extend((e, replace(c, channel=name)) for e, c in said)

    @property
    def results(self) -> tuple[ChannelResults, ...]:
        """Of every channel that has any."""
        return tuple(results for results in self.merged.values() if results is not None)

    def conformity(self) -> tuple[Conformity, ...]:
        """Statements about the instrument as it went back; those about results as found are left out then."""
        stated: list[Conformity] = []
        for (channel, after), said in self.said.items():
            results = self.merged[channel]
            if results is not None and results.as_left and not after:
                for element, one in said:
                    what = f"the statement of conformity as found, {one.verdict}"
                    self.left.append(left_out(element, "measurementMetaData/metaData", what))
            else:
                stated += [one for _, one in said]
        return tuple(stated)


def channels_of(root: Element, speech: Speech, units: Sequence[str]) -> Channels:
    """Every channel of a document.

    Results as found stand in a measurementResult of their own, or, as PTB's examples of good practice have them, as
    the table of a condition before adjustment, beside results that are then those as left.
    """
    channels = Channels()
    for measured in find_all(root, RESULT):
        found = [influence for influence in find_all(measured, CONDITION) if holds_results(influence)]
        for influence in found:
            channels.gather(influence, speech, units, after=False)
        after = bool(found) or _is_after(measured)
        for result in find_all(measured, "results/result"):
            channels.gather(result, speech, units, after=after)
    return channels


def holds_results(influence: Element) -> bool:
    """Whether a condition is in truth a table of results before adjustment or repair."""
    return token(influence, "status").startswith("before") and find(influence, "data/list") is not None


def _is_after(measured: Element) -> bool:
    states = {token(influence, "status") for influence in find_all(measured, CONDITION)}
    named = {word for result in find_all(measured, "results/result") for word in words_of(result)}
    return words.AS_LEFT in named or any(state.startswith("after") for state in states)


def _joined(before: ChannelResults | None, one: ChannelResults, *, after: bool) -> ChannelResults:
    points = one.as_found
    found, left = ((), ()) if before is None else (before.as_found, before.as_left)
    if after:
        return replace(one, as_found=found, as_left=left + points)
    return replace(one, as_found=found + points, as_left=left)


def ids_of_channels(root: Element, speech: Speech) -> dict[str, str]:
    """Id of each result of ours -> its channel."""
    ours = [result for result in find_all(root, f"{RESULT}/results/result") if words.CHANNEL in words_of(result)]
    return {result.get("id"): speech.text(result, "description") for result in ours if result.get("id")}


def with_ranges(item: Element, results: Sequence[ChannelResults], channels: dict[str, str]) -> Iterable[ChannelResults]:
    """Results with the range and the resolution of their channel, where the item's quantities state them.

    Raises:
        DccError: They make no sense.
    """
    stated: dict[str, dict[str, float]] = {}
    fields = {words.LOW: "low", words.HIGH: "high", words.RESOLUTION: "resolution"}
    for quantity in find_all(item, "itemQuantities/itemQuantity"):
        field_name = next((fields[word] for word in words_of(quantity) if word in fields), None)
        channel = channels.get(quantity.get("refId") or "")
        if field_name and channel:
            stated.setdefault(channel, {})[field_name] = columns_of(quantity)[0].values[0]
    for one in results:
        try:
            yield replace(one, **stated.get(one.channel, {}))  # type: ignore[arg-type]
        except ValueError as error:
            raise cannot(item, str(error).rstrip(".")) from error
