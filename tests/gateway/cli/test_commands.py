"""``nhipdo``: what it prints and how it ends."""

from pathlib import Path

import msgspec

from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack, Stored
from edge_agent.wire.topics import EdgeTopic

JOURNAL = "ab" * 16


def line(number: int) -> str:
    return f"sample,site=s1,edge=e1,instrument=m1 power={number}.0 {1_790_000_000_000_000_000 + number}"


def message(seq: int, *lines: str, edge: str = "e1", kind: str = "telemetry") -> bytes:
    payload = seal(JOURNAL, seq, 1, len(lines), "\n".join(lines).encode())
    return b"%d\n%b\n%b\n" % (len(payload), str(EdgeTopic("s1", edge, kind)).encode(), payload)


def export(folder: Path, *messages: bytes) -> Path:
    file = folder / "stick.export"
    file.write_bytes(b"#nhipdo-export1 site=s1 edge=e1\n" + b"".join(messages))
    return file


def test_a_stick_is_stored_once_and_answered(nhipdo, tmp_path) -> None:
    file = export(tmp_path, message(1, line(1)), message(2, line(2), line(3)))
    for first, then in (("2 stored, 0 already", 0), ("0 stored, 2 already", 0)):
        code, out, err = nhipdo("outbox", "import", file)
        assert out == (
            f"s1/e1: {first} there, 0 wait for a person, 0 refused as damaged, 0 kept as dead letters\n"
            f"carry back to the edge: {file}.ack\n"
        )
        assert (code, err) == (then, "")
    ack = msgspec.json.decode(Path(f"{file}.ack").read_bytes(), type=Ack)
    assert ack.journals == {JOURNAL: Stored(floor=2)}


def test_a_stick_that_was_pulled_out_early_gives_what_it_has(nhipdo, tmp_path) -> None:
    file = export(tmp_path, message(1, line(1)), message(2, line(2))[:-20])
    size = file.stat().st_size
    code, out, err = nhipdo("outbox", "import", file)
    assert code == 1
    assert out.startswith("s1/e1: 1 stored, ")
    assert err == f"{file}: damaged before byte {size}. What came before is stored; export again for the rest.\n"


def test_a_damaged_message_and_one_of_another_edge_are_refused(nhipdo, tmp_path) -> None:
    bad = message(1, line(1)).replace(b"power=1.0", b"power=9.0")
    file = export(tmp_path, bad, message(2, line(2), edge="e2"), message(3, line(3)))
    code, out, _ = nhipdo("outbox", "import", file)
    assert code == 1
    assert out.startswith("s1/e1: 1 stored, 0 already there, 0 wait for a person, 2 refused as damaged, ")
    ack = msgspec.json.decode(Path(f"{file}.ack").read_bytes(), type=Ack)
    assert ack.journals == {JOURNAL: Stored(floor=0, ranges=((3, 3),))}


def test_a_file_that_is_no_export_makes_no_sense(nhipdo, tmp_path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8\xff")
    code, _, err = nhipdo("outbox", "import", file)
    assert (code, err) == (
        2,
        f"{file}: begins with b'\\xff\\xd8\\xff': not an export. Take the file that nhipdo-edge outbox export wrote.\n",
    )


def test_edges_are_listed_and_admitted(nhipdo, tmp_path) -> None:
    nhipdo("outbox", "import", export(tmp_path, message(1, line(1)), message(3, line(3))))
    code, out, _ = nhipdo("edges")
    assert code == 0
    assert out.splitlines() == [
        "edge   admitted  state    status  waiting  missing  declared  dead letters",
        "s1/e1  no        unknown  never         1        0         0             0",
    ]
    assert nhipdo("edges", "admit", "s1/e1", "--by", "Lan") == (0, "s1/e1: admitted by Lan\n", "")
    assert nhipdo("edges")[1].splitlines()[1].startswith("s1/e1  yes")
    assert nhipdo("edges", "admit", "s1", "--by", "Lan") == (
        2,
        "",
        "edge 's1': expected SITE/EDGE, e.g. sa-dec/press-shop. See nhipdo edges.\n",
    )
    assert nhipdo("edges", "admit", "s1/e1", "--by", " ") == (
        2,
        "",
        "--by is empty: a decision has a name. Say who decides.\n",
    )


def test_journals_are_listed_and_decided_upon(nhipdo, tmp_path) -> None:
    nhipdo("outbox", "import", export(tmp_path, message(1, line(1))))
    assert nhipdo("journals")[1].splitlines() == [
        "edge   journal                           state  first  last  stored  waiting  missing  declared",
        f"s1/e1  {JOURNAL}  open       1     1       1        0        0         0",
    ]
    assert nhipdo("journals", "close", "abab", "--by", "Lan", "--why", "card burnt") == (
        0,
        f"journal {JOURNAL}: closed, decided by Lan: card burnt\n",
        "",
    )
    assert nhipdo("journals", "admit", "ff", "--by", "Lan", "--why", "x") == (
        2,
        "",
        "journal 'ff': 0 journals begin so, expected one. See nhipdo journals.\n",
    )


def test_dead_letters_are_listed_and_tried_again(nhipdo, tmp_path) -> None:
    nhipdo("outbox", "import", export(tmp_path, message(1, "nonsense")))
    code, out, _ = nhipdo("dead-letters", "list")
    assert code == 0
    assert "message  s1/e1: message 1 of journal abababab: 'nonsense': expected a line" in out
    code, out, _ = nhipdo("dead-letters", "retry")
    assert code == 1
    assert out.endswith("0 stored, 1 left as they are\n")


def test_findings_ask_for_a_person(nhipdo) -> None:
    assert nhipdo("findings") == (0, "nothing to look at\n", "")


def test_a_setting_is_put(nhipdo, tmp_path) -> None:
    file = tmp_path / "reasons.json"
    file.write_text('{"codes": ["jam"]}')
    code, out, _ = nhipdo("settings", "put", "s1/e1", "reason", "default", file, "--by", "Lan")
    assert code == 0
    assert out.startswith("s1/e1: reason/default set, revision ")
    file.write_text("[1]")
    assert nhipdo("settings", "put", "s1/e1", "reason", "default", file, "--by", "Lan") == (
        2,
        "",
        f"{file}: expected one object, got list. Write {{...}}.\n",
    )


def test_a_configuration_is_looked_at(nhipdo, config) -> None:
    code, out, _ = nhipdo("check", config)
    assert code == 0
    assert out.splitlines()[1:] == [
        "series     embedded, there is room",
        "broker     mqtt://127.0.0.1:1883",
        "page       http://127.0.0.1:8765/",
    ]
    config.write_text("[gatewy]\n")
    assert nhipdo("check", config) == (2, "", f"{config}: gatewy: unknown table; did you mean gateway?\n")
