"""What the gateway sets: in force at once, kept over restarts, answered by a record, refused in words."""

from collections.abc import Callable, Iterator

import pytest
from floor import NS, START, TELLS, load

from edge_agent.asked import SettingCame
from edge_agent.config import AgentConfig, load_config
from edge_agent.config.set_tables import InForce
from edge_agent.oee.desk import Desk
from edge_agent.outbox import Outbox
from edge_agent.wire.messages import Record, Setting, SettingKept
from edge_agent.wire.shop_floor import CalendarKept, WorkUnitDescription

PRODUCTS = {
    "products": [
        {"name": "bracket", "ideal_cycle_s": 2.5, "title": {"vi": "Ke góc", "en": "Bracket"}},
        {"name": "cap", "ideal_cycle_s": 1.25},
    ]
}
CALENDAR = {"name": "week", "shifts": [{"name": "day", "start": "07:00", "end": "15:00"}]}
DAY = 86_400 * NS


class Edge:
    """A desk on a real outbox, in transactions as a recorder makes them."""

    def __init__(self, config: AgentConfig) -> None:
        self.config, self.now, self.told = config, START, list[InForce]()
        self.start()

    def start(self) -> None:
        self.outbox = Outbox(self.config.state_dir, "test")
        self.desk = Desk(self.config, self.outbox)
        self.desk.listener = self.told.append

    def restart(self) -> None:
        self.outbox.close()
        self.start()

    def record(self, *came: SettingCame) -> list[Record]:
        with self.outbox.transaction():
            said = [record for one in came for record in self.desk.set(one)]
            said += self.desk.take([], self.now)
        self.desk.committed(self.now)
        return said

    def sets(self, noun: str, key: str, body: dict[str, object], revision: int = 1) -> SettingKept:
        """The edge's answer."""
        said = self.record(SettingCame(noun, key, Setting(revision=revision, body=body)))
        [answer] = [one for one in said if isinstance(one, SettingKept)]
        return answer

    def described(self) -> WorkUnitDescription:
        [one] = [one for one in self.desk.describe() if isinstance(one, WorkUnitDescription)]
        return one


@pytest.fixture
def edge(tmp_path) -> Iterator[Edge]:
    made = Edge(load(tmp_path, TELLS))
    yield made
    made.outbox.close()


def cycles(edge: Edge) -> dict[str, float]:
    return {name: one.ideal_cycle_s for name, one in edge.described().products.items()}


def test_products_that_are_set_are_in_force_at_once_and_after_a_restart(edge) -> None:
    edge.record()
    said = edge.record(SettingCame("products", "press-1", Setting(revision=7, body=PRODUCTS)))
    assert [type(one) for one in said[:2]] == [SettingKept, WorkUnitDescription]
    assert (said[0].key, said[0].setting_revision, said[0].accepted) == ("products/press-1", 7, True)
    assert cycles(edge) == {"bracket": 2.5, "cap": 1.25}
    edge.restart()
    assert cycles(edge) == {"bracket": 2.5, "cap": 1.25}
    answers = [one for one in edge.desk.describe() if isinstance(one, SettingKept)]
    assert [(one.key, one.in_force_revision) for one in answers] == [("products/press-1", 7)]


def test_what_the_edge_has_already_is_not_answered_again(edge) -> None:
    edge.sets("products", "press-1", PRODUCTS, 7)
    for older in (7, 6):
        assert edge.record(SettingCame("products", "press-1", Setting(revision=older, body=PRODUCTS))) == []


def test_a_calendar_that_is_set_holds_from_today_on_and_says_that_the_gateway_set_it(edge) -> None:
    edge.record()
    said = edge.record(SettingCame("calendar", "week", Setting(revision=1, body=CALENDAR)))
    [kept] = [one for one in said if isinstance(one, CalendarKept)]
    assert (kept.who, kept.why, kept.first_day) == ("gateway", "set by the gateway", "2026-03-02")
    assert kept.body["shifts"][0]["start"] == "07:00"
    edge.restart()
    assert edge.record() == []


def test_an_empty_body_gives_back_to_the_file(edge) -> None:
    edge.sets("products", "press-1", PRODUCTS, 1)
    answer = edge.sets("products", "press-1", {}, 2)
    assert (answer.accepted, answer.in_force_revision) == (True, 2)
    assert cycles(edge) == {"bracket": 2.0}


def test_targets_hold_on_their_days_without_a_word_of_the_gateway(edge) -> None:
    targets = [
        {"figure": "oee", "value": 0.7},
        {"figure": "oee", "value": 0.8, "since": "2026-03-03"},
        {"figure": "demand_per_shift", "value": 900, "until": "2026-03-02"},
    ]
    edge.sets("targets", "press-1", {"targets": targets})
    assert (edge.described().target_oee, edge.described().demand_per_shift) == (0.7, 900)
    assert edge.told[-1].config.shop.work_units[0].demand_per_shift == 900
    edge.now += DAY
    [said] = [one for one in edge.record() if isinstance(one, WorkUnitDescription)]
    assert (said.target_oee, said.demand_per_shift) == (0.8, None)
    assert edge.told[-1].config.shop.work_units[0].demand_per_shift is None


def test_reasons_checklists_and_orders_reach_the_screen(edge) -> None:
    edge.sets("reasons", "all", {"reasons": [{"id": "jam", "title": {"vi": "Kẹt phôi"}, "loss": "breakdown"}]})
    item = {"id": "oil", "title": {"vi": "Xem dầu"}}
    edge.sets("checklists", "all", {"checklists": [{"id": "care", "title": {"vi": "Chăm máy"}, "items": [item]}]})
    edge.sets("orders", "press-1", {"orders": [{"number": "ĐH-7", "product": "bracket", "quantity": 500}]})
    now = edge.told[-1]
    assert [one.id for one in now.config.shop.reasons] == ["jam"]
    assert [one.id for one in now.config.shop.checklists] == ["care"]
    assert [one.number for one in now.orders["press-1"]] == ["ĐH-7"]
    assert edge.described().reasons == {"jam": {"vi": "Kẹt phôi", "en": "Kẹt phôi"}}


WRONG = [
    (
        "weather",
        "x",
        {"a": 1},
        (
            'setting weather/x: this edge knows no "weather", only calendar, products, reasons, checklists, targets, '
            "orders. Update the edge, or send another."
        ),
    ),
    (
        "products",
        "press-9",
        PRODUCTS,
        'setting products/press-9: there is no work unit "press-9" here. Known are "press-1".',
    ),
    (
        "products",
        "press-1",
        {"products": [{"name": "cap"}]},
        (
            "setting products/press-1: Object missing required field `ideal_cycle_s` - at `$.products[0]`. "
            "Correct it and send it again."
        ),
    ),
    (
        "calendar",
        "other",
        CALENDAR,
        'setting calendar/other: name: "week", expected "other" as in its topic. Correct one of them.',
    ),
    (
        "calendar",
        "week",
        {
            "name": "week",
            "shifts": [
                {"name": "A", "start": "06:00", "end": "14:00"},
                {"name": "B", "start": "13:00", "end": "22:00"},
            ],
        },
        (
            "setting calendar/week: shifts[1]: 13:00 to 22:00 overlaps shifts[0], A, 06:00 to 14:00. "
            "A moment belongs to one shift: correct start, end or weekdays."
        ),
    ),
    (
        "calendar",
        "second",
        CALENDAR | {"name": "second"},
        'press-shop: work_units[0].calendar: missing; there are several. Write one of "week", "second".',
    ),
    (
        "targets",
        "press-1",
        {"targets": [{"figure": "oee", "value": 75}]},
        "setting targets/press-1: targets[0].value: 75, expected a share above 0, at most 1. Write 0.75 for 75 %.",
    ),
    (
        "reasons",
        "all",
        {"reasons": [{"id": "jam", "title": {"vi": "a"}}, {"id": "jam", "title": {"vi": "b"}}]},
        'setting reasons/all: reasons: "jam" stands there twice. Choose another, or delete one of them.',
    ),
]


@pytest.mark.parametrize(("noun", "key", "body", "why"), WRONG, ids=[f"{one[0]}-{k}" for k, one in enumerate(WRONG)])
def test_what_does_not_fit_is_refused_in_words_and_changes_nothing(edge, noun, key, body, why) -> None:
    before = edge.desk.describe()
    answer = edge.sets(noun, key, body)
    assert (answer.accepted, answer.why, answer.in_force_revision) == (False, why, 0)
    assert edge.desk.describe() == before
    edge.restart()
    assert edge.desk.describe() == before


def test_after_a_refusal_the_revision_before_stays_in_force(edge) -> None:
    edge.sets("products", "press-1", PRODUCTS, 1)
    answer = edge.sets("products", "press-1", {"products": "none"}, 2)
    assert (answer.accepted, answer.setting_revision, answer.in_force_revision) == (False, 2, 1)
    assert cycles(edge) == {"bracket": 2.5, "cap": 1.25}
    assert edge.sets("products", "press-1", {}, 3).accepted


def test_a_setting_that_fits_the_file_no_longer_is_left_out_and_told_so(edge, tmp_path) -> None:
    edge.sets("products", "press-1", PRODUCTS, 1)
    edge.outbox.close()
    path = tmp_path / "agent.toml"
    path.write_text(path.read_text("utf-8").replace('name = "press-1"', 'name = "press-2"'), "utf-8")
    edge.config = load_config(path)
    edge.start()
    [answer] = [one for one in edge.desk.describe() if isinstance(one, SettingKept)]
    assert (answer.accepted, answer.in_force_revision) == (False, 0)
    assert answer.why == 'setting products/press-1: there is no work unit "press-1" here. Known are "press-2".'


def test_a_transaction_that_fails_leaves_what_held_before(edge) -> None:
    edge.record()
    with edge.outbox.transaction():
        list(edge.desk.set(SettingCame("products", "press-1", Setting(revision=1, body=PRODUCTS))))
        edge.outbox.db.execute("ROLLBACK")
        edge.outbox.db.execute("BEGIN")
    edge.desk.failed()
    edge.record()
    assert cycles(edge) == {"bracket": 2.0}
    assert edge.sets("products", "press-1", PRODUCTS, 1).accepted


def test_an_edge_without_work_units_refuses(agent_config: Callable[..., AgentConfig]) -> None:
    edge = Edge(agent_config())
    answer = edge.sets("products", "press-1", PRODUCTS)
    edge.outbox.close()
    assert answer.why == (
        "setting products/press-1: this edge has no work units. "
        "Configure them in its agent.toml, then it takes this up."
    )
