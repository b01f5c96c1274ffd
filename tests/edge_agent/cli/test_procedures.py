"""``nhipdo-edge procedures``."""

from edge_agent.bench.loading import SHIPPED, shipped_procedures


def test_lists_the_shipped_procedures_and_what_they_need(nhipdo_edge):
    code, out, _ = nhipdo_edge("procedures")
    heading, *lines = out.splitlines()
    assert code == 0
    assert heading.split() == ["PROCEDURE", "VERSION", "UNIT", "REFERENCES", "AROUND", "IT", "TITLE"]
    assert tuple(line.split()[0] for line in lines) == shipped_procedures()
    gauge = next(line for line in lines if line.startswith("pressure-gauge"))
    assert gauge.split() == ["pressure-gauge", "1", "bar", "gauge", "(either)", "temperature", "Pressure", "gauge"]


def test_check_shows_what_a_file_asks_for(nhipdo_edge):
    code, out, _ = nhipdo_edge("procedures", "check", str(SHIPPED / "stopwatch.toml"))
    assert code == 0
    assert "procedure  stopwatch, version 1" in out
    assert "x - ref + reading + resolution - drift - start_stop" in out
    assert out.splitlines()[-1] == "no mistakes"


def test_check_tells_every_mistake_with_its_place(nhipdo_edge, tmp_path):
    path = tmp_path / "stopwatch.toml"
    text = (SHIPPED / "stopwatch.toml").read_text("utf-8")
    path.write_text(text.replace('"u_ref"', '"u_reff"').replace('version = "1"', 'version = ""'), "utf-8")
    code, out, error = nhipdo_edge("procedures", "check", str(path))
    assert (code, out) == (2, "")
    first, second = error.splitlines()
    assert (
        first
        == f'{path}: version: expected a text, got none. Write one, such as "1", and another when the file is changed.'
    )
    assert second.startswith(f"{path}: tests[0].inputs[0].spread: unknown name 'u_reff'. Use one of d, dof_s, env_")


def test_check_without_a_file_says_what_is_missing(nhipdo_edge):
    assert nhipdo_edge("procedures", "check") == (
        2,
        "",
        "procedures check: expected a file, got none. Name the file of a procedure.\n",
    )
