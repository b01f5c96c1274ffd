"""The table [bench]: the room's channels, and the laboratory's own procedures."""

import pytest

from edge_agent.config import ConfigError, load_config


def written(tmp_path, lines: str = "") -> str:
    text = (
        '[edge]\nsite = "s"\nname = "e"\n[screen]\n[bench]\n' + lines + '[[buses]]\nname = "scale"\nurl = "sim://a"\n'
        'instruments = [{ name = "balance-1", model = "mt_sics_balance" }]\n'
    )
    path = tmp_path / "agent.toml"
    path.write_text(text, "utf-8")
    return path


def test_an_empty_table_is_a_bench_where_the_room_is_typed(tmp_path) -> None:
    bench = load_config(written(tmp_path)).bench
    assert bench is not None
    assert (bench.environment, bench.procedures) == ({}, None)


def test_an_edge_without_the_table_has_no_bench(agent_config) -> None:
    assert agent_config().bench is None


def test_own_procedures_are_beside_the_file_and_read_with_it(tmp_path) -> None:
    path = written(tmp_path, 'procedures = "own"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    folder = tmp_path / "own"
    assert str(caught.value) == (
        f"{path}: bench.procedures: {folder}: expected the folder of the laboratory's procedures, got none. "
        "Make it, or name another one."
    )
    folder.mkdir()
    assert load_config(path).bench.procedures == folder
    (folder / "mine.toml").write_text("id = 1\n[", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}: bench.procedures: {folder / 'mine.toml'}: expected TOML, got: ")
