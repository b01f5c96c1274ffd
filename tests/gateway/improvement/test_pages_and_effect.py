"""The pages of improvement: what needs somebody first, files, trends, and what an action did to its loss."""

from zoneinfo import ZoneInfo

import pytest

from edge_agent.wire.entries import AbnormalityTag, Audit5S, ImprovementAction, Maintenance
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from gateway.improvement import effect_of
from gateway.registry.roles import Role

S = 10**9
HOUR = 3600 * S
DAY = 24 * HOUR
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MIDNIGHT = 1_764_003_600 * S
"""2025-11-25 00:00 in Viet Nam."""
UNIT = WorkUnitDescription(
    key="press-1", revision=1, at=1, micro_stop_s=60, max_gap_s=20, bucket_s=3600, timezone="Asia/Ho_Chi_Minh"
)
DONE = ImprovementAction(
    key="1" * 32,
    revision=1,
    at=1,
    work_unit="press-1",
    loss="breakdown",
    what="Thay dây đai",
    owner="Tư",
    due="2025-11-20",
    done_at=MIDNIGHT - 8 * DAY + 10 * HOUR,
)


def hour(since: int, fault_s: int, unknown_s: int = 0) -> Elements:
    """A nominal hour with so much of it in breakdown."""
    ns = {"RUN": HOUR - (fault_s + unknown_s) * S, "FAULT": fault_s * S, "UNKNOWN": unknown_s * S}
    parts = (Part(shift="A@2025-11-01", ns={name: n for name, n in ns.items() if n}),)
    return Elements(
        key=f"press-1.{since}", revision=1, at=since, work_unit="press-1", since=since, until=since + HOUR, parts=parts
    )


def days(first: int, n: int, fault_s: int, unknown_s: int = 0) -> list[Elements]:
    return [hour(first + k * HOUR, fault_s, unknown_s) for k in range(24 * n)]


@pytest.fixture
def now(office) -> int:
    office.gateway.now = MIDNIGHT + 12 * HOUR
    office.gateway.keep(UNIT)
    return office.gateway.now


def effect(office, action: ImprovementAction, now: int, n: int = 7):
    return effect_of(office.gateway.shop_floor, "sa-dec", "press-shop", action, now, ZONE, n)


def test_the_share_of_a_loss_before_and_after_leaves_out_the_day_of_the_action(office, now) -> None:
    before = days(MIDNIGHT - 15 * DAY, 7, 720)
    itself = days(MIDNIGHT - 8 * DAY, 1, 3600)
    after = days(MIDNIGHT - 7 * DAY, 7, 360)
    office.gateway.keep(*before, *itself, *after)
    found = effect(office, DONE, now)
    assert (found.before.share, found.after.share, found.refusal) == (0.2, 0.1, None)
    assert found.fell
    assert found.surely
    assert found.before.coverage == 1


def test_too_early_and_too_little_are_told_and_nothing_is_compared(office, now) -> None:
    early = effect(office, DONE, now, 28)
    assert (early.refusal.why, early.change) == ("not_over", None)
    nothing = effect(office, DONE, now)
    assert (nothing.refusal.why, nothing.refusal.which) == ("held", "before")
    office.gateway.keep(*days(MIDNIGHT - 15 * DAY, 7, 720), *days(MIDNIGHT - 7 * DAY, 7, 360, unknown_s=600))
    thin = effect(office, DONE, now)
    assert (thin.refusal.why, thin.refusal.which, thin.change) == ("coverage", "after", None)


def test_of_a_stop_reason_the_stops_are_summed(office, now) -> None:
    office.gateway.keep(*days(MIDNIGHT - 15 * DAY, 7, 0), *days(MIDNIGHT - 7 * DAY, 7, 0))
    since = MIDNIGHT - 10 * DAY
    stop = {"work_unit": "press-1", "kind": "STOP", "planned_ns": HOUR, "revision": 1, "at": since}
    office.gateway.keep(
        Stop(key=f"press-1.{since}", since=since, until=since + 2 * HOUR, reason="no-material", **stop),
        Stop(key=f"press-1.{since + DAY}", since=since + DAY, until=since + DAY + HOUR, **stop),
    )
    action = ImprovementAction(**{f: getattr(DONE, f) for f in DONE.__struct_fields__} | {"loss": "no-material"})
    found = effect(office, action, now)
    assert (found.before.loss_ns, found.after.loss_ns) == (HOUR, 0)


def test_an_action_that_is_not_done_has_no_effect(office, now) -> None:
    action = ImprovementAction(**{f: getattr(DONE, f) for f in DONE.__struct_fields__} | {"done_at": 0})
    assert effect(office, action, now) is None


def test_the_pages_show_what_needs_somebody_first_and_give_all_of_it_as_files(office, now) -> None:
    told = {"revision": 1, "at": now, "who": "An"}
    late = {"work_unit": "press-1", "loss": "setup", "owner": "Lan"}
    office.gateway.keep(
        DONE,
        ImprovementAction(key="2" * 32, what="Xe khuôn", due="2025-12-24", **late, **told),
        ImprovementAction(key="3" * 32, what="=HYPERLINK(1)", due="2025-11-24", **late, **told),
        AbnormalityTag(key="4" * 32, work_unit="press-1", what="<b>Rò dầu</b>", found_at=now - DAY, **told),
        Maintenance(key="5" * 32, work_unit="press-1", kind="breakdown", since=now - HOUR, what="Bạc đạn", **told),
        Audit5S(key="kho.1", area="kho", scores={"a": 2, "b": 3}, entered_at=now - 90 * DAY, **told),
        Audit5S(key="kho.2", area="kho", scores={"a": 4, "b": 5}, entered_at=now - 40 * DAY, **told),
        *days(MIDNIGHT - 15 * DAY, 7, 720),
        *days(MIDNIGHT - 7 * DAY, 7, 360),
    )
    browser = office.browser(Role.MANAGER)
    page = browser.page("/improvement")
    assert page.index("HYPERLINK") < page.index("Xe khuôn") < page.index("Thay dây đai")
    assert "Quá hạn" in page
    audits = browser.page("/improvement/audits")
    assert "90 %" in audits
    assert "lần trước 50 %" in audits
    assert "đến hạn đánh giá lại" in audits
    assert "&lt;b&gt;Rò dầu" in browser.page("/improvement/tags")
    for section in ("maintenance", "changeovers", "studies"):
        assert "<h1>" in browser.page(f"/improvement/{section}")
    one = browser.page(f"/improvement/actions/sa-dec/press-shop/{'1' * 32}")
    assert "Hỏng máy giảm từ 20 % xuống 10 % thời gian quan sát." in one
    assert "So trước và sau không chứng minh nguyên nhân" in one
    file = browser.client.get("/improvement/actions?file=vi")
    assert file.headers["content-type"].startswith("text/csv")
    assert "Quá hạn;'=HYPERLINK(1);sa-dec;press-1;" in file.text
    stranger = office.browser(Role.MANAGER, office.other)
    assert stranger.client.get(f"/improvement/actions/sa-dec/press-shop/{'1' * 32}").status_code == 404
    assert "Xe khuôn" not in stranger.page("/improvement")
    assert office.browser(Role.LABORATORY_STAFF).client.get("/improvement").status_code == 403
