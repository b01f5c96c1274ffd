"""Stored samples by a certificate that was chosen later: another series, the samples as they were."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.certificate_setting import CertifiedChannel, CertifiedPoint
from edge_agent.wire.certified_curve import curve_of
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.schema import is_channel
from gateway.ingest.journals import EdgeId
from gateway.laboratory.recompute import RecomputeError, Wish, recompute
from gateway.laboratory.recomputed_series import Progress, series_channel
from gateway.people import put_setting
from gateway.registry.audit import AuditRow
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import SYSTEM, Role
from gateway.timeseries import ChannelId, RecomputedId
from gateway.timeseries.embedded import EmbeddedStore
from gateway.timeseries.influx import InfluxStore

S = 10**9
T = 1_795_330_800 * S
OLD = [(0.0, 0.0, 0.02), (100.0, 0.2, 0.04), (200.0, 0.6, 0.06)]
NEW = [(0.0, 0.1, 0.02), (100.0, 0.4, 0.04), (200.0, 0.9, 0.06)]
RAW = ChannelId("lab", "bench", "balance-1", "mass")


@pytest.fixture(params=["embedded", "influxdb"])
def store(request, tmp_path):
    if request.param == "embedded":
        made = EmbeddedStore(tmp_path / "store" / "series.db")
    else:
        made = InfluxStore(request.getfixturevalue("influxdb").url, database="nhipdo recompute")
    yield made
    made.close()


def certificate(lab, number: str, points, **values: object) -> str:
    its = {"instrument": lab.instrument, "number": number, "kind": "calibration", "issued": "2026-01-01"}
    made = lab.book.make(SYSTEM, "certificate", its | {"issued_by": "Trung tâm"} | values).id
    for index, (shown, error, expanded) in enumerate(points):
        its = {"certificate": made, "run": "as_found", "channel": "mass", "number": index + 1, "unit": "g"}
        its |= {"indication": shown, "reference": shown - error, "expanded": expanded, "coverage_factor": 2}
        lab.book.make(SYSTEM, "calibration_point", its)
    return made


@pytest.fixture
def read(lab):
    """The laboratory's balance, read by an edge."""
    site = lab.book.find(SYSTEM, "site", name="lab").id
    values = {"site": site, "edge": "bench", "edge_instrument": "balance-1", "resolution": None}
    lab.book.change(SYSTEM, "instrument", lab.instrument, values, 1)
    return lab


def curve(points):
    made = tuple(CertifiedPoint(indication=x, error=e, u=u / 2) for x, e, u in points)
    return curve_of(CertifiedChannel(unit="g", points=made))


def put(store, *samples: tuple[float | None, float | None, str]) -> None:
    head = line_head("sample", "lab", "bench", "balance-1")
    lines = []
    for k, (value, u, said) in enumerate(samples):
        numbers = [("mass", value)] if value is not None else []
        numbers += [("mass_u", u)] if u is not None else []
        lines.append(format_line(head, numbers, [("mass_q", said)] if said else [], T + k * S))
    assert store.write(lines) == []


def test_raw_and_corrected_samples_become_another_series_and_stay_what_they_were(read, store) -> None:
    certificate(read, "K-1", OLD, status="withdrawn")
    wanted = certificate(read, "K-2", NEW)
    error, _, variance = curve(OLD).at(150.0)
    put(
        store,
        (50.0, None, "uncertain.uncalibrated"),
        (150.0 - error, variance**0.5, ""),
        (250.0, None, "uncertain.out_of_range"),
        (None, None, "bad.no_reply"),
        (60.0, 0.777, ""),
        (70.0, None, "uncertain.unstable"),
    )
    before = list(store.rows(RAW, T, T + 100 * S))
    told: list[Progress] = []
    done = recompute(
        read.engine, store, SYSTEM, Wish(wanted, "mass", T, T + 100 * S, "hỏi lại"), read.zone, lambda: 7, told.append
    )
    assert done == told[-1] == Progress(done.of, T + 100 * S, samples=5, outside=1, left_out=1)
    assert done.of == RecomputedId("lab", "bench", "balance-1", "mass_by_k_2")
    assert list(store.rows(RAW, T, T + 100 * S)) == before
    rows = {(row.at - T) // S: row for row in store.rows(done.of, T, T + 100 * S)}
    for k, shown, said in [(0, 50.0, "good"), (1, 150.0, "good"), (5, 70.0, "uncertain.unstable")]:
        error, _, variance = curve(NEW).at(shown)
        assert (rows[k].value, rows[k].u) == pytest.approx((shown - error, variance**0.5), abs=1e-9)
        assert rows[k].quality == said
    assert (rows[2].value, rows[2].u, rows[2].quality) == (250.0, None, "uncertain.out_of_range")
    assert (rows[3].value, rows[3].quality) == (None, "bad.no_reply")
    assert 4 not in rows
    assert sum(bucket.n for bucket in store.series(done.of, T, T + 600 * S, 1)) == 4
    with Session(read.engine) as session:
        entries = session.scalars(select(AuditRow).where(AuditRow.action.like("recompute%"))).all()
    assert [(one.action, one.name, one.why, one.at) for one in entries] == [
        ("recompute", "nhipdo", "hỏi lại", 7),
        ("recomputed", "nhipdo", "hỏi lại", 7),
    ]
    after = json.loads(entries[1].after)
    assert {name: after[name] for name in ("certificate", "series", "samples", "left_out")} == {
        "certificate": "K-2",
        "series": "mass_by_k_2",
        "samples": 5,
        "left_out": 1,
    }


def test_of_two_certificates_with_the_same_u_that_counts_which_held_when_the_sample_was_read(read, tmp_path) -> None:
    store = EmbeddedStore(tmp_path / "series.db")
    flat = [[(0.0, error, 0.04), (200.0, error, 0.04)] for error in (0.1, 0.4, 0.9)]
    wanted = certificate(read, "K-1", flat[0])
    at = datetime.fromtimestamp(T // S + 1, UTC).isoformat()
    certificate(read, "K-2", flat[1], issued="2026-10-01", applies_from=at)
    certificate(read, "K-3", flat[2], issued="2026-12-24")
    put(store, (150.0 - 0.1, 0.02, ""), (150.0 - 0.4, 0.02, ""))
    done = recompute(read.engine, store, SYSTEM, Wish(wanted, "mass", T, T + 2 * S), read.zone, lambda: 7)
    assert [row.value for row in store.rows(done.of, T, T + 2 * S)] == pytest.approx([149.9, 149.9])
    store.close()


def test_a_drift_that_the_edge_was_sent_is_taken_back_and_put_in_again(read, tmp_path) -> None:
    store = EmbeddedStore(tmp_path / "series.db")
    old = certificate(read, "K-1", OLD)
    # Half of a year before T: 0.1 and its u, 0.03, by then.
    since = T - int(365.25 * 86_400) * S // 2
    told = {"unit": "g", "drift_per_year": 0.2, "u_drift_per_year": 0.06}
    told["points"] = [{"indication": x, "error": e, "u": u / 2} for x, e, u in NEW]
    at = datetime.fromtimestamp(since // S, UTC).isoformat()
    new = certificate(read, "K-2", NEW, issued="2026-05-01", applies_from=at)
    body = {"certificates": [{"number": "K-2", "applies_from": since, "channels": {"mass": told}}]}
    put_setting(read.engine, EdgeId("lab", "bench"), "certificate", "balance-1", body, "nhipdo", 1)
    error, _, variance = curve(NEW).at(150.0)
    stored = (150.0 - error - 0.1, (variance + 0.03**2) ** 0.5)
    put(store, (*stored, ""))
    for wanted, expected in ((new, stored[0]), (old, 150.0 - curve(OLD).at(150.0)[0])):
        done = recompute(read.engine, store, SYSTEM, Wish(wanted, "mass", T, T + S), read.zone, lambda: 7)
        assert done.left_out == 0
        [row] = store.rows(done.of, T, T + S)
        assert row.value == pytest.approx(expected, abs=1e-7)
    store.close()


def test_a_second_run_doubles_nothing_and_a_long_one_tells_how_far_it_is(read, tmp_path) -> None:
    store = EmbeddedStore(tmp_path / "series.db")
    wanted = certificate(read, "K-2", NEW)
    put(store, *((float(x), None, "") for x in np.linspace(0, 200, 6000)))
    told: list[Progress] = []
    wish = Wish(wanted, "mass", T, T + 6000 * S)
    for _ in range(2):
        recompute(read.engine, store, SYSTEM, wish, read.zone, lambda: 7, told.append)
    assert [one.samples for one in told] == [5000, 6000, 6000] * 2
    assert len(list(store.rows(told[-1].of, T, T + 6000 * S))) == 6000
    store.close()


def test_what_cannot_be_recomputed_is_said_in_words_and_who_may_not_is_refused(read, tmp_path) -> None:
    store = EmbeddedStore(tmp_path / "series.db")
    wanted = certificate(read, "K-2", NEW)

    def ask(reader, **values: object) -> None:
        wish = Wish(wanted, "mass", T, T + S)._replace(**values)
        recompute(read.engine, store, reader, wish, read.zone, lambda: 7)

    with pytest.raises(RecomputeError) as caught:
        ask(SYSTEM, channel="pressure")
    assert str(caught.value) == "certificate K-2: says nothing of pressure that can be used. It has points of mass."
    with pytest.raises(RecomputeError, match=r"^certificate ffff: is not there, or not yours. Look in the registry\.$"):
        ask(SYSTEM, certificate="ffff")
    with pytest.raises(ForbiddenError):
        ask(read.reader("Xem", Role.MANAGER))
    store.close()


@pytest.mark.parametrize("number", ["K 1/2026-ĐLVN", "n", "K#1", "K" * 90])
def test_every_number_gives_a_channel_of_its_own_that_the_contract_takes(number) -> None:
    assert is_channel(series_channel("mass", number))
    assert series_channel("mass", number) != series_channel("mass", number + "+")
