"""A morning on which something of everything happened, and waiting for a browser."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from screen_floor import MIN, NOW, SHIFT, Floor, H, shop, stop_of, words_of

from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.tpm.attention import key_of
from edge_agent.screen.tpm.lists import audit_of
from edge_agent.wire.entries import (
    AbnormalityTag,
    Audit5S,
    ChangeoverStep,
    ChangeoverStudy,
    ChecklistDone,
    ChecklistItem,
    Entry,
    ImprovementAction,
    Maintenance,
    TimeStudy,
)

DAY = 24 * H
KEY = "0123456789abcdef" * 2
QUESTIONS = [q.id for asked in audit_of(ScreenSettings("s", "e", Path(), shop())).questions.values() for q in asked]


def much(floor: Floor) -> None:
    """A morning on which something of everything happened, and waiting for a browser."""
    steps = (
        ChangeoverStep(what="Tháo khuôn", since=NOW - H, until=NOW - 40 * MIN, idea="Đặt sẵn khuôn mới"),
        ChangeoverStep(what="", since=NOW - 40 * MIN, until=NOW - 30 * MIN, internal=False),
    )
    floor.keep(
        AbnormalityTag(key=KEY, work_unit="press", what="Rò dầu ở xi lanh", found_at=NOW - DAY, who="Lan"),
        AbnormalityTag(
            key="b" * 32,
            work_unit="gone",
            what="Ốc lỏng",
            kind="maintenance",
            found_at=NOW - 2 * DAY,
            closed_at=NOW - H,
            closed_by="Minh",
            done="Siết lại",
        ),
        AbnormalityTag(key="c" * 32, work_unit="oven", what="Quạt kêu", kind="maintenance", found_at=NOW - H),
        ChecklistDone(
            key=key_of("oven", "autonomous-maintenance", "A@2026-03-02"),
            work_unit="oven",
            checklist="autonomous-maintenance",
            shift="A@2026-03-02",
            items=(
                ChecklistItem(item="safety-stop", result="ok"),
                ChecklistItem(item="inspect-leak", result="not_ok", note="Rò khí"),
                ChecklistItem(item="once-asked", result="skipped"),
            ),
            who="Lan",
            entered_at=NOW - 2 * H,
        ),
        stop_of("press", SHIFT + H, 41, "FAULT", code="E12"),
        stop_of("oven", SHIFT + 2 * H, 20, "FAULT", reason="breakdown-electrical", title={"vi": "Hỏng điện"}),
        Maintenance(key=KEY, work_unit="press", kind="breakdown", since=NOW - 20 * MIN, what="Thay phớt"),
        Maintenance(
            key="d" * 32,
            work_unit="oven",
            kind="breakdown",
            since=SHIFT + 2 * H + 5 * MIN,
            until=SHIFT + 2 * H + 19 * MIN,
            what="Thay cầu chì",
            spares="Cầu chì 10 A",
        ),
        Audit5S(key="production.1", area="production", scores=dict.fromkeys(QUESTIONS, 3), entered_at=NOW - 31 * DAY),
        Audit5S(
            key="production.2",
            area="production",
            scores={**dict.fromkeys(QUESTIONS, 4), "shine-floor": 1},
            notes={"shine-floor": "Dầu dưới máy 3"},
            entered_at=NOW - DAY,
        ),
        ChangeoverStudy(
            key=KEY, work_unit="press", to_product="P-200", steps=steps, ended_at=NOW - 30 * MIN, entered_at=NOW
        ),
        ChangeoverStudy(
            key="e" * 32, work_unit="oven", steps=(replace(steps[0], what="", until=NOW - H),), entered_at=NOW
        ),
        *(TimeStudy(key=f"{k:032x}", study="sample", came_in=NOW - H, went_out=NOW - k * MIN) for k in range(12)),
        TimeStudy(key="f" * 32, study="sample", came_in=NOW - 5 * MIN, label="M-17"),
        ImprovementAction(key=KEY, loss="breakdown", what="Thay phớt định kỳ", owner="Minh", due="2026-02-20"),
        ImprovementAction(
            key="a" * 32,
            work_unit="press",
            loss="material-missing",
            what="Kéo kanban",
            owner="Lan",
            due="2026-02-27",
            done_at=NOW - 9 * DAY,
        ),
        ImprovementAction(
            key="b" * 32,
            loss="minor_stops",
            what="Lau mắt quang",
            owner="Lan",
            due="2026-02-10",
            done_at=NOW - 20 * DAY,
            before=0.12,
            after=0.07,
            verdict="effective",
        ),
    )


def until(ask: Callable[[], Any], what: str, within_s: float = 20.0) -> Any:
    """What ``ask`` answers, once that is true."""
    end = time.monotonic() + within_s
    while not (answer := ask()):
        assert time.monotonic() < end, f"waited {within_s:g} s in vain for {what}"
        time.sleep(0.02)
    return answer


# ------------------------------------------------------------------ what a form answers


def went(answer: Any, to: str) -> None:
    assert (answer.status_code, answer.headers.get("location")) == (303, to), words_of(answer.text)


def refused(answer: Any, *says: str) -> str:
    assert answer.status_code == 422
    said = words_of(answer.text)
    for words in says:
        assert words in said, (words, said)
    return str(answer.text)


def only(floor: Any, kind: type[Entry]) -> Any:
    [one] = [entry for entry in floor.entered if isinstance(entry, kind)]
    return one
