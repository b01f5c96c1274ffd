"""A pack of evidence checked on any machine: seal, files, audit, sums, figures, evaluation; without a registry.

Decision: every figure is worked out again from the packed sums, and the sums again from the packed elements.
Because: a seal only says who packed it; that it is right is another question, which whoever pays asks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gateway.certificates.seals import is_sealed
from gateway.programme import pack_form as form
from gateway.programme import pack_tables
from gateway.programme.pack_files import PackError, read_files
from gateway.programme.pack_tables import TableError
from gateway.programme.recomputing import (
    DAYS,
    FILE,
    FILES,
    SEAL,
    BrokenError,
    Point,
    broken,
    check_days,
    check_elements,
    check_evaluation,
    check_fixing,
    days_from,
    decoded,
    first,
)


class Checked(NamedTuple):
    """What came of a pack.

    Attributes:
        points: In the order in which they were checked; behind the first that makes others meaningless there are none.
        manifest: What it says of itself; None: it could not be read.
        judgement: State of the pilot as it was worked out again; empty: it was not.
    """

    points: tuple[Point, ...]
    manifest: form.Manifest | None = None
    judgement: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything is as it should be."""
        return all(one.holds for one in self.points)


def verify_pack(pack: Path, key: str = "") -> Checked:
    """Check a pack.

    Args:
        pack: The file.
        key: Public key of the gateway, or its fingerprint, hexadecimal; empty: the key in the pack is taken, and
            whoever asks has to compare it.

    Raises:
        OSError: It cannot be read.
        ModuleNotFoundError: ``cryptography`` is not installed.
    """
    points: list[Point] = []
    manifest: form.Manifest | None = None
    state = ""
    try:
        files = _files(pack)
        manifest = decoded(files, form.MANIFEST, form.Manifest)
        points.append(_sealed(files, manifest, key))
        points.append(_hashes(files, manifest))
        if not all(one.holds for one in points):
            return Checked(tuple(points), manifest)
        defined = decoded(files, form.DEFINITION, form.Defined)
        points.append(check_fixing(defined, manifest))
        machines = decoded(files, form.MACHINES, tuple[form.MachineTold, ...])
        sums = pack_tables.read_sums(files[form.SUMS])
        points.append(check_elements(files, manifest, machines, sums))
        days = days_from(files, machines, sums)
        points.append(check_days(files, days))
        point, state = check_evaluation(files, manifest, defined, days)
        points.append(point)
    except BrokenError as error:
        points.append(error.point)
    except TableError as error:
        points.append(Point(DAYS, holds=False, words=str(error)))
    return Checked(tuple(points), manifest, state)


def _files(pack: Path) -> dict[str, bytes]:
    try:
        files = read_files(pack)
    except PackError as error:
        raise broken(FILE, str(error)) from error
    if missing := sorted({form.MANIFEST, form.SEAL} - set(files)):
        raise broken(FILE, f"{pack.name}: has no {', '.join(missing)}, so it is no pack of evidence.")
    return files


def _sealed(files: Mapping[str, bytes], manifest: form.Manifest, key: str) -> Point:
    seal = decoded(files, form.SEAL, form.Seal)
    if manifest.form != form.FORM:
        raise broken(SEAL, f"the form is {manifest.form[:60]!r}, expected {form.FORM!r}. Take a newer nhipdo.")
    if not is_sealed(files[form.MANIFEST], seal.signature, seal.public_key) or seal.public_key != manifest.public_key:
        return Point(SEAL, holds=False, words="the seal does not belong to what the manifest says")
    told = form.fingerprint(seal.public_key)
    wanted = "".join(key.split()).casefold()
    if not wanted:
        return Point(SEAL, holds=True, words=f"the seal holds; compare its key with the gateway's page: {told}")
    if wanted not in (seal.public_key, told.replace(" ", "")):
        return Point(SEAL, holds=False, words=f"the seal is of another key: {told}")
    return Point(SEAL, holds=True, words=f"the seal holds, and is of the key that you gave: {told}")


def _hashes(files: Mapping[str, bytes], manifest: form.Manifest) -> Point:
    there = set(files) - {form.MANIFEST, form.SEAL}
    wrong = [f"{name} is missing" for name in sorted((set(manifest.files) | form.NEEDED) - there)]
    wrong += [f"{name} was added" for name in sorted(there - set(manifest.files))]
    both = sorted(there & set(manifest.files))
    wrong += [f"{name} was changed" for name in both if form.file_of(files[name]) != manifest.files[name]]
    if wrong:
        return Point(FILES, holds=False, words=first(wrong))
    return Point(FILES, holds=True, words=f"all {len(there)} files are those that were sealed")
