"""Work units, elements, stops, OEE and what people entered, as the API says them."""

import base64
import csv
import hashlib
import io

import msgspec
import pytest

from edge_agent.wire.entries import ImprovementAction, People, Photo, StopReason
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription

S = 10**9
MIN = 60 * S
T = 1_764_028_800 * S  # 2025-11-25 00:00 UTC, 07:00 in Vietnam
UNIT = "/api/v1/sites/sa-dec/work-units/press-shop/press-1"
SPAN = "start=2025-11-25T00:00:00Z&end=2025-11-25T01:00:00Z"
A = "A@2025-11-25"

PRESS = WorkUnitDescription(
    key="press-1",
    revision=1,
    at=T,
    title={"vi": "Máy dập 1"},
    production_line="line-1",
    micro_stop_s=120,
    max_gap_s=60,
    bucket_s=600,
    timezone="Asia/Ho_Chi_Minh",
    products={"cap-38": ProductDescription(ideal_cycle_s=2.0, title={"vi": "Nắp 38"})},
    reasons={"jam": {"vi": "kẹt", "en": "jam"}},
    target_oee=0.65,
)


def elements(k: int, *parts: Part, revision: int = 1) -> Elements:
    since = T + k * 10 * MIN
    return Elements(
        key=f"press-1.{since}",
        revision=revision,
        work_unit="press-1",
        since=since,
        until=since + 10 * MIN,
        parts=parts,
    )


def part(total: int = 200, shift: str = A, **more) -> Part:
    said = {"ns": {"RUN": 450 * S, "STOP": 90 * S, "UNKNOWN": 60 * S}, "reject": 10, "failures": 0}
    return Part(shift=shift, product="cap-38", ideal_cycle_s=2.0, total=total, **said | more)


def stop(since: int, until: int | None, **more) -> Stop:
    key = f"press-1.{T + since}"
    end = None if until is None else T + until
    said = {"kind": "STOP", "revision": 1} | more
    return Stop(key=key, work_unit="press-1", since=T + since, until=end, **said)


@pytest.fixture
def press(gateway):
    gateway.keep(PRESS)
    return gateway


def test_the_work_units_of_a_site_are_told_with_what_they_make(press, program) -> None:
    [unit] = program.get("/api/v1/sites/sa-dec/work-units").json()
    assert unit == {
        "site": "sa-dec",
        "edge": "press-shop",
        "work_unit": "press-1",
        "title": {"vi": "Máy dập 1"},
        "production_line": "line-1",
        "counts_pieces": True,
        "micro_stop_s": 120.0,
        "max_gap_s": 60.0,
        "bucket_s": 600.0,
        "timezone": "Asia/Ho_Chi_Minh",
        "target_oee": 0.65,
        "products": [{"product": "cap-38", "ideal_cycle_s": 2.0, "title": {"vi": "Nắp 38"}}],
        "reasons": {"jam": {"vi": "kẹt", "en": "jam"}},
        "as_of": "2025-11-25T00:00:00Z",
    }
    assert program.get("/api/v1/sites/elsewhere/work-units").json() == []


@pytest.mark.parametrize("noun", ["elements", "elements.csv", "stops", "stops.csv", "oee"])
def test_a_work_unit_that_was_never_described_is_not_found(program, noun) -> None:
    answer = program.get(f"{UNIT}/{noun}")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "work unit press-1 of sa-dec/press-shop: was never heard of. Look in /api/v1/sites/sa-dec/work-units.",
    )


@pytest.mark.parametrize("noun", ["elements", "elements.csv", "stops", "stops.csv"])
def test_a_stretch_that_is_too_long_is_refused(press, program, noun) -> None:
    answer = program.get(f"{UNIT}/{noun}?start=-93d")
    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "start: got '-93d' to 'now', more than 92 days. Ask for a shorter stretch, or for several one after the other."
    )


def test_elements_come_by_whole_buckets_with_their_parts(press, program) -> None:
    outside = Part(ns={"NOT_SCHEDULED": 60 * S})
    press.keep(elements(0, part(energy_wh={"RUN": 12.5}, ns={"RUN": 500 * S}), outside, revision=7), elements(6))
    told = program.get(f"{UNIT}/elements?{SPAN}").json()
    assert (told["start"], told["end"]) == ("2025-11-25T00:00:00Z", "2025-11-25T01:00:00Z")
    [bucket] = told["buckets"]
    assert (bucket["since"], bucket["until"], bucket["revision"]) == (
        "2025-11-25T00:00:00Z",
        "2025-11-25T00:10:00Z",
        7,
    )
    assert bucket["parts"][1]["seconds"] == {"NOT_SCHEDULED": 60.0}
    assert bucket["parts"][0] == {
        "shift": A,
        "product": "cap-38",
        "ideal_cycle_s": 2.0,
        "seconds": {"RUN": 500.0},
        "total": 200,
        "reject": 10,
        "rework": 0,
        "unplanned": 0,
        "unattributed": 0,
        "no_product": 0,
        "failures": 0,
        "failing_s": 0.0,
        "energy_wh": {"RUN": 12.5},
    }
    cut = program.get(f"{UNIT}/elements?{SPAN}&shift=A").json()
    assert [len(bucket["parts"]) for bucket in cut["buckets"]] == [1]


def test_stops_come_with_their_reasons(press, program) -> None:
    press.keep(
        stop(60 * S, 150 * S, reason="jam", title={"vi": "kẹt"}, who="Mai", entered_at=T + 200 * S, planned_ns=90 * S),
        stop(300 * S, None, kind="FAULT", code="E7"),
        stop(400 * S, 500 * S, gone=True),
    )
    jam, fault = program.get(f"{UNIT}/stops?{SPAN}").json()
    assert jam == {
        "since": "2025-11-25T00:01:00Z",
        "until": "2025-11-25T00:02:30Z",
        "seconds": 90.0,
        "kind": "STOP",
        "planned_s": 90.0,
        "code": "",
        "shift": "",
        "product": "",
        "reason": "jam",
        "title": {"vi": "kẹt"},
        "note": "",
        "who": "Mai",
        "entered_at": "2025-11-25T00:03:20Z",
        "revision": 1,
    }
    assert (fault["until"], fault["seconds"], fault["entered_at"], fault["code"]) == (None, None, None, "E7")


def test_oee_comes_with_its_bounds_its_coverage_and_what_it_rests_on(press, program) -> None:
    press.keep(elements(0, part()), elements(1, part()), elements(2, part(shift="B@2025-11-25")))
    told = program.get(f"{UNIT}/oee?{SPAN}&shift={A}").json()
    good_s = 2 * 190 * 2.0
    assert told["oee"] == pytest.approx(good_s / 1080)
    assert told["oee_low"] == pytest.approx(good_s / 1200)
    assert told["oee_high"] == pytest.approx((good_s + 120) / 1200)
    assert (told["coverage"], told["enough"]) == (0.9, False)
    assert told["availability"] == pytest.approx(900 / 1080)
    assert told["oee"] == pytest.approx(told["availability"] * told["effectiveness"] * told["quality_ratio"])
    assert told["seconds"] == {
        "NOT_SCHEDULED": 0.0,
        "PLANNED_STOP": 0.0,
        "UNKNOWN": 120.0,
        "RUN": 900.0,
        "MINOR_STOP": 0.0,
        "FAULT": 0.0,
        "STOP": 180.0,
        "SETUP": 0.0,
    }
    assert sum(told["losses_s"].values()) == pytest.approx(told["basis"]["observed_s"])
    assert told["pieces"] == {
        "total": 400,
        "good": 380,
        "reject": 20,
        "rework": 0,
        "unplanned": 0,
        "unattributed": 0,
        "no_product": 0,
        "by_product": [
            {"product": "cap-38", "ideal_cycle_s": 2.0, "total": 400, "good": 380, "reject": 20, "rework": 0}
        ],
    }
    assert told["basis"] == {
        "buckets": 3,
        "told": 0.5,
        "first": "2025-11-25T00:00:00Z",
        "last": "2025-11-25T00:30:00Z",
        "planned_busy_s": 1200.0,
        "observed_s": 1080.0,
        "actual_production_s": 900.0,
    }


def test_oee_of_nothing_is_null_and_not_zero(press, program) -> None:
    told = program.get(f"{UNIT}/oee?{SPAN}").json()
    assert (told["oee"], told["coverage"], told["enough"], told["basis"]["buckets"]) == (None, None, False, 0)
    assert (told["basis"]["told"], told["basis"]["first"]) == (0.0, None)


def test_a_unit_without_counters_has_no_oee_and_only_losses_of_time(gateway, program) -> None:
    gateway.keep(msgspec.structs.replace(PRESS, counts_pieces=False, products={}))
    gateway.keep(elements(0, Part(shift=A, ns={"RUN": 450 * S, "STOP": 150 * S})))
    told = program.get(f"{UNIT}/oee?{SPAN}").json()
    assert (told["availability"], told["oee"], told["teep"], told["counts_pieces"]) == (0.75, None, None, False)
    assert told["losses_s"] == {"breakdown": 0.0, "stops": 150.0, "setup": 0.0, "minor_stops": 0.0}


def rows(answer, delimiter: str = ",") -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=delimiter))


def test_elements_as_a_file_have_a_column_for_each_bucket(press, program) -> None:
    press.keep(elements(0, part(energy_wh={"RUN": 12.5})), elements(1, Part(ns={"UNKNOWN": 600 * S})))
    answer = program.get(f"{UNIT}/elements.csv?{SPAN}")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="sa-dec_press-shop_press-1_elements_2025-11-25.csv"'
    )
    first, second = rows(answer)
    assert (first["time"], first["until"], first["shift"], first["run_s"], first["total"], first["run_wh"]) == (
        "2025-11-25T00:00:00Z",
        "2025-11-25T00:10:00Z",
        A,
        "450.0",
        "200",
        "12.5",
    )
    assert (first["setup_wh"], second["run_wh"], second["ideal_cycle_s"], second["unknown_s"]) == ("", "", "", "600.0")


def test_stops_as_a_file_are_written_for_the_country_and_hold_no_formulas(press, program) -> None:
    title = {"vi": "kẹt khuôn", "en": "jam"}
    press.keep(stop(0, 90 * S + S // 2, title=title, note='=HYPERLINK("x")', who="Mai; Lan"), stop(100 * S, None))
    first, lasting = rows(program.get(f"{UNIT}/stops.csv?{SPAN}&language=vi"), ";")
    assert first["time (Asia/Ho_Chi_Minh)"] == "2025-11-25 07:00:00,000"
    assert (first["seconds"], first["title"], first["who"]) == ("90,5", "kẹt khuôn", "Mai; Lan")
    assert first["note"] == '\'=HYPERLINK("x")'
    assert (lasting["until"], lasting["seconds"], lasting["entered_at"]) == ("", "", "")
    assert rows(program.get(f"{UNIT}/stops.csv?{SPAN}"))[0]["title"] == "jam"


# ------------------------------------------------------------------ what people entered


def test_entries_come_newest_first_and_say_when_they_were_taken_back(press, program) -> None:
    press.keep(
        StopReason(key="a", revision=1, at=T, who="Mai", work_unit="press-1", since=T, reason="jam"),
        StopReason(key="b", revision=2, at=T + S, work_unit="press-1", since=T, reason="jam", gone=True),
        People(key="p", revision=1, at=T, work_unit="press-1", shift=A, people=2.5),
    )
    press.keep(StopReason(key="a", revision=3, at=T + 2 * S, work_unit="x", since=T), edge="other")
    path = "/api/v1/sites/sa-dec/entries/stop_reason"
    told = program.get(f"{path}?{SPAN}").json()
    assert [(one["edge"], one["key"], one["gone"]) for one in told] == [
        ("other", "a", False),
        ("press-shop", "b", True),
        ("press-shop", "a", False),
    ]
    assert told[2] == {
        "edge": "press-shop",
        "key": "a",
        "revision": 1,
        "at": "2025-11-25T00:00:00Z",
        "who": "Mai",
        "gone": False,
        "entry": {"work_unit": "press-1", "since": T, "reason": "jam"},
    }
    assert len(program.get(f"{path}?{SPAN}&most=1").json()) == 1
    assert program.get(f"{path}?start=2025-11-25T00:00:01Z&end=2025-11-25T00:00:02Z").json() == told[1:2]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
def test_entries_in_pages_are_all_there_once_though_times_are_equal(press, program, limit) -> None:
    for edge in ("a", "b", "c"):
        press.keep(
            *(People(key=f"{k}", revision=1, at=T + k // 2 * S, work_unit="x", shift=A, people=1.0) for k in range(5)),
            edge=edge,
        )
    address, found = f"/api/v1/sites/sa-dec/entries/people?{SPAN}&limit={limit}", []
    whole = [(one["at"], one["edge"], one["key"]) for one in program.get(address.rpartition("&")[0]).json()]
    while address:
        answer = program.get(address)
        found += [(one["at"], one["edge"], one["key"]) for one in answer.json()]
        address = answer.headers.get("link", "").partition(">")[0][1:]
    assert found == whole
    assert found == sorted(found, key=lambda one: (-int(one[0][17:19]), *one[1:]))
    assert len(found) == 15


def test_elements_and_stops_come_in_pages_and_as_csv(press, program) -> None:
    press.keep(*(elements(k, part()) for k in range(3)), *(stop(k * 90 * S, (k + 1) * 90 * S) for k in range(3)))
    told = program.get(f"{UNIT}/elements?{SPAN}&limit=2").json()
    rest = program.get(told["next"]).json()
    since = [bucket["since"] for bucket in (*told["buckets"], *rest["buckets"])]
    assert (len(told["buckets"]), since, rest["next"]) == (2, sorted(since), None)
    assert len(since) == 3
    answer = program.get(f"{UNIT}/stops?{SPAN}&limit=2", headers={"Accept": "text/csv"})
    assert [row["seconds"] for row in rows(answer)] == ["90.0", "90.0"]
    assert 'rel="next"' in answer.headers["link"]
    assert len(rows(program.get(f"{UNIT}/elements?{SPAN}", headers={"Accept": "text/csv"}))) == 3


def test_every_kind_of_entry_can_be_asked_for_and_no_other(press, program) -> None:
    press.keep(
        ImprovementAction(
            key="i", revision=1, at=T, loss="setup", what="jigs", owner="Mai", due="2025-12-01", before=0.1
        )
    )
    [told] = program.get(f"/api/v1/sites/sa-dec/entries/improvement_action?{SPAN}").json()
    assert (told["entry"]["before"], told["entry"]["due"]) == (0.1, "2025-12-01")
    answer = program.get("/api/v1/sites/sa-dec/entries/instrument")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "entries 'instrument': there is no such noun. Ask for one of abnormality_tag, audit_5s, changeover_study, "
        "checklist, improvement_action, late_scrap, maintenance, people, photo, product_choice, stop_reason, "
        "time_study, work_in_progress."
    )


def photo_of(content: bytes, size: int, media_type: str = "image/jpeg") -> list[Photo]:
    name = hashlib.sha256(content).hexdigest()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return [
        Photo(
            key=f"{name}.{number}",
            revision=1,
            at=T,
            sha256=name,
            number=number,
            of=len(pieces),
            media_type=media_type,
            content=base64.b64encode(piece).decode(),
        )
        for number, piece in enumerate(pieces)
    ]


def test_a_photo_is_put_together_and_checked(press, program) -> None:
    content = bytes(range(256)) * 50
    pieces = photo_of(content, 1000)
    path = f"/api/v1/sites/sa-dec/photos/{pieces[0].sha256}"
    press.keep(*pieces[1:])
    assert program.get(path).json()["detail"] == (
        f"photo {pieces[0].sha256[:12]}: 12 of its pieces came. Wait for the rest, or look at its edge."
    )
    press.keep(pieces[0])
    answer = program.get(path)
    assert (answer.headers["content-type"], answer.content) == ("image/jpeg", content)
    listed = program.get(f"/api/v1/sites/sa-dec/entries/photo?{SPAN}").json()
    assert len(listed) == 13
    assert "content" not in listed[0]["entry"]


def test_a_photo_that_is_none_is_not_shown_as_one(press, program) -> None:
    [page] = photo_of(b"<script>alert(1)</script>", 100, "text/html")
    press.keep(page)
    path = f"/api/v1/sites/sa-dec/photos/{page.sha256}"
    assert program.get(path).headers["content-type"] == "application/octet-stream"
    press.keep(msgspec.structs.replace(page, revision=2, content="not base64!"))
    assert program.get(path).json()["detail"] == (
        f"photo {page.sha256[:12]}: its pieces do not fit together. Take it again."
    )


def test_a_stranger_sees_nothing_of_it(press, stranger) -> None:
    for path in (f"{UNIT}/oee", "/api/v1/sites/sa-dec/work-units", "/api/v1/sites/sa-dec/entries/people"):
        assert stranger.get(path).status_code == 401
    assert stranger.get("/andon/sa-dec").status_code == 303
