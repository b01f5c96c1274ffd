"""Control charts on channels, live: a rule that fires is a finding.

Imports the library of control charts, so it is itself imported only where ``[[charts]]`` are configured.

Decision: other limits of specification begin no new base; everything else that a chart is set up by does.
Because: the lines are the process's own, and a change on the drawing does not move it.
Instead of: weeks of points thrown away for a tolerance.

Decision: samples out of their order are left out and counted; when nothing else comes for a while, the clock was set
back, and the chart goes on from there.
Because: a subgroup is made of neighbours in time, and a catch-up after a silence brings old ones between new ones.
Instead of: a chart that sorts, or one that stands still until the clock is where it was.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from edge_agent.collect import Sample
from edge_agent.config import AgentConfig
from edge_agent.config.channels import find_channel
from edge_agent.config.shop_tables import ChartConfig
from edge_agent.oee import chart_texts
from edge_agent.oee.chart_book import About, ChartBook, ChartState, StoredChart
from edge_agent.oee.live_chart import BASE_KIND, KIND, LiveChart
from edge_agent.wire.messages import Finding, Record
from edge_agent.wire.schema import ADJUSTED_UNCERTIFIED, COUNTED, QUALITY, UNCERTAIN, quality

_STEPPED_BACK = 30
"""So many transactions in a row with nothing but old samples: the clock was set back."""
_UNUSABLE = 1e100
"""Larger readings are nobody's, and their squares would be infinite."""
_CHARTED = COUNTED - {quality(UNCERTAIN, ADJUSTED_UNCERTIFIED)}
_FORM = b"1"
"""Of what is stored; another one begins all charts anew."""


class Dated(Protocol):
    """A sample and its UTC time, ns."""

    @property
    def sample(self) -> Sample: ...
    @property
    def at(self) -> int: ...


class Charts:
    """All control charts of an edge. Belongs to the recorder, inside its transaction.

    After a transaction that failed make another: it goes on from what is on disk.

    Args:
        config: With ``[[charts]]``.
        db: The outbox's connection.
    """

    def __init__(self, config: AgentConfig, db: sqlite3.Connection) -> None:
        self._book = ChartBook(db)
        self._config = config
        self._by_instrument: dict[str, list[tuple[str, int, LiveChart]]] = {}
        self._digests: dict[str, bytes] = {}
        self._begun = False

    def take(self, dated: Sequence[Dated]) -> Iterator[Record]:
        """Follow the samples of one transaction: the findings that come of them. What changed is written once."""
        if not self._begun:
            self._begun = True
            yield from self._begin()
        changed: dict[str, tuple[int, LiveChart]] = {}
        ordered: set[str] = set()
        for one in dated:
            for channel, place, chart in self._by_instrument.get(one.sample.instrument, ()):
                if one.at <= chart.state.last:
                    chart.state.disordered += 1
                    changed[chart.name] = place, chart
                    continue
                ordered.add(chart.name)
                if chart.state.behind:
                    changed[chart.name] = place, chart
                value = _good(one.sample, channel) if chart.is_due(one.at) else None
                if value is not None:
                    changed[chart.name] = place, chart
                    yield from chart.take(one.at, value)
        for place, chart in changed.values():
            chart.state.behind = 0 if chart.name in ordered else chart.state.behind + 1
            if chart.state.behind >= _STEPPED_BACK:
                chart.step_back()
            self._keep(place, chart)

    def _begin(self) -> Iterator[Finding]:
        """Go on with the charts that are set up as they were; end and begin anew the others."""
        wanted = {f"{chart.channel}:{chart.kind}": chart for chart in self._config.shop.charts}
        self._digests = {name: _lines_of(chart, self._config) for name, chart in wanted.items()}
        going: dict[str, tuple[About, ChartState]] = {}
        for one in self._book.charts():
            same = one.lines_of == self._digests.get(one.name)
            if same and one.about is not None and one.state is not None:
                going[one.name] = one.about, one.state
            else:
                yield from self._end(one)
        keys = {about.key for about, _ in going.values()}
        for place, (name, chart) in enumerate(wanted.items()):
            before, state = going.get(name, (None, ChartState()))
            # A second chart of a channel has a key of its own, or one would end what the other told.
            free = f"{chart.channel}.{chart.kind}" if chart.channel in keys else chart.channel
            key = before.key if before else free
            keys.add(key)
            live = LiveChart(name, _about(chart, self._config, key), state, self._book)
            instrument, _, channel = chart.channel.partition(".")
            self._by_instrument.setdefault(instrument, []).append((channel, place, live))
            self._keep(place, live)

    def _end(self, before: StoredChart) -> Iterator[Finding]:
        self._book.delete(before.name)
        if before.about is None or before.state is None:
            return
        text = chart_texts.begun_anew(before.about)
        for kind, stands in ((KIND, before.state.told), (BASE_KIND, before.state.base_told)):
            if stands:
                yield Finding(key=f"{kind}.{before.about.key}", kind=kind, text=text, over=True)

    def _keep(self, place: int, chart: LiveChart) -> None:
        self._book.keep(chart.name, place, self._digests[chart.name], chart.about, chart.remember())


def _about(chart: ChartConfig, config: AgentConfig, key: str) -> About:
    channel = find_channel(config, chart.channel)
    meaning, period_s = channel.meaning, channel.instrument.period_s
    return About(chart=chart, key=key, unit=meaning.unit, title=dict(meaning.title), period_s=period_s)


def _lines_of(chart: ChartConfig, config: AgentConfig) -> bytes:
    """Digest of all that the lines follow from."""
    settings = msgspec.to_builtins(msgspec.structs.replace(chart, lower=None, upper=None))
    unit = find_channel(config, chart.channel).meaning.unit
    return hashlib.sha256(_FORM + msgspec.json.encode([settings, unit], order="sorted")).digest()


def _good(sample: Sample, channel: str) -> float | None:
    """A channel's value where its quality is good, or says nothing but that it is not calibrated or overdue."""
    if any(name == channel + QUALITY and text not in _CHARTED for name, text in sample.qualities):
        return None
    value = next((number for name, number in sample.numbers if name == channel), None)
    return value if value is not None and abs(value) < _UNUSABLE else None
