"""``nhipdo``: what it prints and how it ends."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack, Stored
from edge_agent.wire.topics import EdgeTopic
from gateway.cli import main

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
        "broker     mqtt://127.0.0.1:1883 (not tried: the log of nhipdo serve says whether it lets us in)",
        "page       http://127.0.0.1:8765/",
    ]
    config.write_text("[gatewy]\n")
    assert nhipdo("check", config) == (2, "", f"{config}: gatewy: unknown table; did you mean gateway?\n")


def test_a_store_that_nobody_runs_is_missed(nhipdo, config, free_port) -> None:
    config.write_text(
        f'[gateway]\nstate_dir = "state"\n[store]\nkind = "influx"\nurl = "http://127.0.0.1:{free_port}"\n'
    )
    code, _, err = nhipdo("check", config)
    assert code == 1
    assert err.startswith(f"InfluxDB at http://127.0.0.1:{free_port}: no answer (")
    assert err.endswith("). Check that it runs and that the url is right.\n")


def test_a_password_that_everybody_may_read_or_overhear_is_a_warning(nhipdo, config, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x\n")
    secret.chmod(0o644)
    config.write_text('[broker]\nurl = "mqtt://broker"\nusername = "gateway"\npassword_file = "secret"\n')
    config.write_text(f'[gateway]\nstate_dir = "state"\n[store]\nreserve_mb = 1\n{config.read_text()}')
    code, _, err = nhipdo("check", config)
    assert code == 0
    assert err.splitlines() == [
        f"warning: broker.password_file: everybody may read it. Run: chmod o-r {secret}",
        "warning: broker.url: the password travels unencrypted. Use mqtts:// outside a closed network.",
    ]


def test_the_configuration_may_be_named_behind_the_command(config, capsys) -> None:
    for words in (["--config", str(config), "findings"], ["findings", "-c", str(config)]):
        assert main(words) == 0
        assert capsys.readouterr().out == "nothing to look at\n"
    registry = config.parent / "state" / "registry.sqlite"
    for words in (["-c", str(config), "edges"], ["journals", "--config", str(config)]):
        assert main(words) == 0
        assert capsys.readouterr().err == f"registry sqlite:///{registry}: no edge has been heard of.\n"


def test_an_empty_registry_that_nobody_named_is_asked_about(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    assert main(["edges"]) == 0
    said = f"registry sqlite:///{tmp_path}/registry.sqlite: no edge has been heard of. "
    assert capsys.readouterr().err == f"{said}Is it the right one? -c FILE names its gateway.toml.\n"


def test_a_dead_letter_that_is_not_there_is_not_silently_left_alone(nhipdo) -> None:
    code, out, err = nhipdo("dead-letters", "retry", 99)
    assert (code, out) == (1, "0 stored, 0 left as they are\n")
    assert err == "dead letter 99: none waits under this number. See nhipdo dead-letters.\n"


def test_a_registry_that_may_only_be_read_takes_no_decision(nhipdo, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        msg = "UPDATE"
        raise DBAPIError(msg, None, sqlite3.OperationalError("attempt to write a readonly database"))

    monkeypatch.setattr("gateway.commands.asking.admit_edge", refuse)
    assert nhipdo("edges", "admit", "s1/e1", "--by", "Lan") == (
        1,
        "",
        "registry: attempt to write a readonly database. Run this as the gateway's user; is its disk full?\n",
    )


def test_a_reader_that_has_seen_enough_is_no_failure(config) -> None:
    command = [sys.executable, "-m", "gateway.cli", "-c", str(config), "edges"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    with process.stderr:
        said = process.stderr.read()
    assert process.wait(60) == 0
    assert "Broken pipe" not in said
    assert "Traceback" not in said
