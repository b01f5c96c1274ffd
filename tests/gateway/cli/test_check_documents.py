"""``nhipdo check documents``: says what there is, and with which key it is sealed."""

from gateway.cli import main


def test_a_gateway_that_has_issued_nothing_is_whole(tmp_path, capsys) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text('[gateway]\nstate_dir = "state"\n', "utf-8")
    assert main(["check", "documents", str(config)]) == 0
    first, seal = capsys.readouterr().out.splitlines()
    assert first == "documents  0 issued, 0 entries, whole"
    key = tmp_path / "state" / "documents" / "document-seal.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert seal.endswith("(Ed25519, public; no legal signature)")


def test_a_key_file_that_is_none_is_told_with_its_name(tmp_path, capsys) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text('[gateway]\nstate_dir = "state"\n', "utf-8")
    key = tmp_path / "state" / "documents" / "document-seal.key"
    key.parent.mkdir(parents=True)
    key.write_text("no key", "utf-8")
    key.chmod(0o600)
    assert main(["check", "documents", str(config)]) == 1
    assert (
        capsys.readouterr().err == f"{key}: expected a key of 32 bytes, got another file. Bring it back from a copy.\n"
    )
