"""Packs of evidence: made, checked on another machine, and attacked."""

import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.certificates.seals import Sealer
from gateway.cli import main
from gateway.programme.pack import Wanted, make_pack
from gateway.programme.pack_form import fingerprint
from gateway.programme.pilots_judged import pilots_in_force
from gateway.programme.verifying import verify_pack
from gateway.registry.roles import SYSTEM


@pytest.fixture(scope="session")
def packed(tmp_path_factory, made_registry, make_workshop):
    """A pack of a line that gained, with its bytes; tests take copies."""
    folder = tmp_path_factory.mktemp("packed")
    (folder / "registry.sqlite").write_bytes(made_registry)
    workshop = make_workshop(folder / "registry.sqlite")
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.pilot(figures=["oee", "energy_per_unit"])
    sealer = Sealer(folder / "documents")

    def make(now=None, sealer=sealer, **other) -> bytes:
        [(pilot, others)] = pilots_in_force(workshop.engine, SYSTEM, workshop.now)
        wanted = Wanted(pilot, others, now or workshop.at_end(), workshop.zone, **other)
        return make_pack(workshop.engine, SYSTEM, wanted, sealer)

    return SimpleNamespace(content=make(), make=make, workshop=workshop, sealer=sealer, key=sealer.public_key)


@dataclass
class Pack:
    """A pack that somebody opened, to be put together again."""

    path: Path
    files: dict[str, bytes]
    written: list[str] = field(default_factory=list)

    def put(self) -> Path:
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                one = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                one.create_system, one.external_attr = 3, 0o100644 << 16
                one.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(one, content)
        return self.path

    def rehash(self) -> None:
        """Make the manifest tell of the files as they are now."""
        manifest = json.loads(self.files["manifest.json"])
        manifest["files"] = {
            name: {"sha256": sha256(content).hexdigest(), "size": len(content)}
            for name, content in self.files.items()
            if name not in ("manifest.json", "seal.json")
        }
        self.files["manifest.json"] = json.dumps(manifest).encode()

    def seal_with(self, key: Ed25519PrivateKey) -> None:
        """Seal it anew, with a key of one's own."""
        public = key.public_key().public_bytes_raw().hex()
        manifest = json.loads(self.files["manifest.json"]) | {"public_key": public}
        self.files["manifest.json"] = json.dumps(manifest).encode()
        seal = {"algorithm": "Ed25519", "public_key": public, "signature": key.sign(self.files["manifest.json"]).hex()}
        self.files["seal.json"] = json.dumps(seal).encode()


@pytest.fixture
def pack(packed, tmp_path: Path) -> Pack:
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        return Pack(tmp_path / "pack.zip", {name: archive.read(name) for name in archive.namelist()})


def points(path: Path, key: str = "") -> dict[str, tuple[bool, str]]:
    return {one.what: (one.holds, one.words) for one in verify_pack(path, key).points}


def test_what_was_packed_holds_and_is_judged_alike_without_the_registry(packed, tmp_path, capsys) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(packed.content)
    told = fingerprint(packed.key)
    assert main(["verify", str(path), "--key", told]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "TPM máy dập, version 1, as of 2026-07-10",
        f"holds    seal         the seal holds, and is of the key that you gave: {told}",
        "holds    files        all 11 files are those that were sealed",
        "holds    fixing       the audit says that the pilot was fixed on 2026-02-20, with these windows",
        "holds    elements     the elements are not in the pack: they were not all kept",
        "holds    days         figures of 132 days follow from the sums",
        "holds    evaluation   worked out again, the pilot is: improved",
        "the pack holds",
    ]


def test_the_same_content_gives_the_same_bytes_whenever_it_is_packed(packed) -> None:
    assert packed.make(now=packed.workshop.at_end() + 90 * 24 * 3600 * 10**9) == packed.content
    assert packed.make(made_up=True) != packed.content


def test_what_is_made_up_says_so(packed, tmp_path, capsys) -> None:
    (tmp_path / "pack.zip").write_bytes(packed.make(made_up=True))
    assert main(["verify", str(tmp_path / "pack.zip")]) == 0
    assert "its content is MADE UP, as that of a demo" in capsys.readouterr().out


def test_elements_that_add_up_are_packed_and_checked(packed, tmp_path, make_workshop, made_registry) -> None:
    (tmp_path / "registry.sqlite").write_bytes(made_registry)
    workshop = make_workshop(tmp_path / "registry.sqlite")
    workshop.tell_elements("press-1", days=12)
    workshop.pilot()
    [(pilot, others)] = pilots_in_force(workshop.engine, SYSTEM, workshop.now)
    wanted = Wanted(pilot, others, workshop.at_end(), workshop.zone)
    content = make_pack(workshop.engine, SYSTEM, wanted, packed.sealer)
    (tmp_path / "pack.zip").write_bytes(content)
    told = points(tmp_path / "pack.zip")
    assert told["elements"] == (True, "120 elements add up to the daily sums")
    assert told["evaluation"] == (True, "worked out again, the pilot is: not_yet")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    other = Pack(tmp_path / "other.zip", files)
    other.files["elements.csv"] = other.files["elements.csv"].replace(b",700,", b",701,", 1)
    other.rehash()
    other.seal_with(Ed25519PrivateKey.generate())
    assert points(other.put())["elements"] == (False, "120 elements do not add up to the daily sums")


@pytest.mark.parametrize("name", ["sums.csv", "evaluation.json", "instruments.json", "readme.txt"])
def test_a_changed_byte_is_found(pack, name) -> None:
    content = pack.files[name]
    pack.files[name] = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
    assert points(pack.put())["files"] == (False, f"{name} was changed")


def test_a_changed_table_under_the_old_seal_is_found(pack, capsys) -> None:
    pack.files["sums.csv"] = pack.files["sums.csv"].replace(b",cap,2.0,", b",cap,2.5,")
    pack.rehash()
    assert points(pack.put())["seal"] == (False, "the seal does not belong to what the manifest says")
    assert main(["verify", str(pack.path)]) == 1
    assert "the pack DOES NOT hold: rely on nothing in it" in capsys.readouterr().out


def test_a_changed_table_under_a_new_seal_is_found_by_the_evaluation(packed, pack) -> None:
    pack.files["sums.csv"] = pack.files["sums.csv"].replace(b",cap,2.0,", b",cap,2.5,")
    pack.rehash()
    pack.seal_with(Ed25519PrivateKey.generate())
    told = points(pack.put())
    assert told["seal"][0]
    assert not told["days"][0]
    assert not told["evaluation"][0]
    assert points(pack.path, packed.key)["seal"][1].startswith("the seal is of another key: ")


def test_an_evaluation_that_flatters_is_found_even_when_it_was_sealed(pack) -> None:
    told = json.loads(pack.files["evaluation.json"])
    effect = told["judgement"]["figures"][0]["effect"]
    effect["effect"] += 1e-6
    pack.files["evaluation.json"] = json.dumps(told).encode()
    pack.rehash()
    pack.seal_with(Ed25519PrivateKey.generate())
    holds, words = points(pack.put())["evaluation"]
    assert not holds
    assert words.startswith("evaluation.judgement.figures[0].effect.effect: worked out 0.0")


def test_windows_that_were_moved_are_found_by_the_audit(pack) -> None:
    for name in ("definition.json", "manifest.json"):
        pack.files[name] = pack.files[name].replace(b'"result_since": "2026-05-11"', b'"result_since": "2026-05-21"')
    pack.rehash()
    pack.seal_with(Ed25519PrivateKey.generate())
    assert points(pack.put())["fixing"] == (False, "the audit has another result_since")


def test_an_altered_entry_of_the_audit_is_found(pack) -> None:
    told = json.loads(pack.files["definition.json"])
    told["audit"][0]["at"] -= 10**9
    pack.files["definition.json"] = json.dumps(told).encode()
    pack.rehash()
    pack.seal_with(Ed25519PrivateKey.generate())
    holds, words = points(pack.put())["fixing"]
    assert not holds
    assert words.startswith(f"entry {told['audit'][0]['number']} of the audit was altered; ")


def test_files_that_were_added_or_are_missing_are_named(pack) -> None:
    pack.files["more.txt"] = b"x"
    del pack.files["products.json"]
    assert points(pack.put())["files"] == (False, "products.json is missing; more.txt was added")


@pytest.mark.parametrize(
    "name", ["../manifest.json", "/etc/passwd", "a/b/c.json", "Sums.csv", "số.csv", "a\\b.csv", "x/"]
)
def test_names_that_no_pack_has_are_refused(pack, name) -> None:
    pack.files[name] = b"x"
    [(holds, words)] = points(pack.put()).values()
    assert not holds
    assert words == (
        f"pack.zip: holds a file named {name!r}, which no pack does. Do not use it; get it again from whoever gave it."
    )


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_pack_that_was_cut_off_is_no_whole_pack(packed, tmp_path, share) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(packed.content[: int(len(packed.content) * share)])
    [(holds, words)] = points(path).values()
    assert not holds
    assert words.startswith("pack.zip: is no whole pack: ")
    assert main(["verify", str(path)]) == 1


@pytest.mark.parametrize("where", ["before", "behind"])
def test_bytes_beside_the_files_are_refused(packed, tmp_path, where) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(b"MZ" * 8 + packed.content if where == "before" else packed.content + b"\0" * 16)
    [(holds, words)] = points(path).values()
    assert (holds, "that belong to no file" in words) == (False, True)


def test_a_size_of_ten_gigabytes_is_refused_before_anything_is_unpacked(packed, tmp_path) -> None:
    content = bytearray(packed.content)
    place = content.index(b"PK\x01\x02")  # the directory's first entry: its unpacked size stands 24 bytes behind
    content[place + 24 : place + 28] = struct.pack("<I", 0xFFFFFFF0)
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    [(holds, words)] = points(path).values()
    assert not holds
    assert " bytes, expected at most 300000000. Do not use it" in words


def test_a_bomb_of_zeros_is_refused(pack) -> None:
    pack.files["bomb.csv"] = bytes(50_000_000)
    [(holds, words)] = points(pack.put()).values()
    assert not holds
    assert words.startswith("pack.zip: bomb.csv: unpacks to 50000000 bytes from ")


def test_a_file_that_unpacks_to_more_than_it_says_is_refused(tmp_path) -> None:
    packed, content = zlib.compress(b"x" * 90_000, 9)[2:-4], b"manifest.json"
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(b"x"), len(packed), 10, len(content), 0)
    entry = struct.pack("<4sH", b"PK\x01\x02", 0x314) + head + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, 0)
    body = b"PK\x03\x04" + head + content + packed
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(entry) + len(content), len(body), 0)
    path = tmp_path / "pack.zip"
    path.write_bytes(body + entry + content + end)
    [(holds, words)] = points(path).values()
    assert (holds, words.startswith("pack.zip: is no whole pack: ")) == (False, True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b"[" * 100_000),
        ("manifest.json", b"{}"),
        ("seal.json", b"\xff"),
        ("seal.json", b'{"algorithm":"Ed25519","public_key":"","signature":"zz"}'),
    ],
)
def test_nonsense_is_told_as_what_it_is(pack, name, content) -> None:
    pack.files[name] = content
    assert not all(holds for holds, _ in points(pack.put()).values())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sums.csv", b""),
        ("sums.csv", b"side,edge\nmain\n"),
        ("definition.json", b"[]"),
        ("evaluation.json", b"null"),
        ("labour_hours.csv", b"side,day,hours\nmain,2026-03-01,nan\n"),
    ],
)
def test_nonsense_under_a_seal_of_its_own_does_not_hold(pack, name, content) -> None:
    pack.files[name] = content
    pack.rehash()
    pack.seal_with(Ed25519PrivateKey.generate())
    told = points(pack.put())
    assert told["seal"][0]
    assert not all(holds for holds, _ in told.values())


def test_a_file_that_is_not_there_and_a_key_that_is_none_make_no_sense(pack, tmp_path, capsys) -> None:
    missing = tmp_path / "nothing.zip"
    assert main(["verify", str(missing)]) == 2
    assert capsys.readouterr().err == f"{missing}: No such file or directory. Name the file of a pack.\n"
    assert main(["verify", str(pack.put()), "--key", "12 34"]) == 2
    assert capsys.readouterr().err == (
        "--key 12 34: expected 64 hexadecimal digits, or the 32 of a fingerprint. Copy it from the page.\n"
    )


def test_the_key_may_stand_in_a_file(packed, pack, tmp_path) -> None:
    (tmp_path / "key.txt").write_text(packed.key + "\n")
    assert main(["verify", str(pack.put()), "--key", str(tmp_path / "key.txt")]) == 0


def test_without_the_library_people_are_told_how_to_get_it(packed, pack, capsys, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.exceptions", None)
    assert main(["verify", str(pack.put())]) == 2
    assert capsys.readouterr().err == (
        "pack of evidence: needs the library cryptography, which is not installed. "
        "Run: pip install 'nhipdo[documents]'\n"
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("shape", "level_and_slope", "the audit has another model"),
        ("weekdays", False, "the audit has other weekdays"),
        ("figures", ["oee"], "the audit has other figures"),
    ],
)
def test_another_model_or_fewer_figures_than_were_fixed_are_found(pack, field, value, words) -> None:
    told = json.loads(pack.files["definition.json"])
    told["definition"][field] = value
    pack.files["definition.json"] = json.dumps(told).encode()
    pack.rehash()
    pack.seal_with(Ed25519PrivateKey.generate())
    assert points(pack.put())["fixing"] == (False, words)


def test_silent_days_are_packed_and_none_may_be_one_that_was_told(pack) -> None:
    assert pack.files["silent.csv"].count(b"\n") == 1  # the head alone
    pack.files["silent.csv"] += (
        b"main,press-shop,press-1,2026-03-02,,,0,0,36000000000000,0,0,0,0,0,0,0,0,0,0,0,0,0,0.0\n"
    )
    pack.rehash()
    pack.seal_with(Ed25519PrivateKey.generate())
    assert points(pack.put())["days"] == (
        False,
        "silent.csv: press-shop/press-1 told something on 2026-03-02. Get the pack again.",
    )
