"""The pack of evidence of a pilot, to be given to whoever pays for its result, and the key by which it is checked."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import Response

from gateway.api.noun_schemas import ID
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.certificates.seals import KEY_FILE, Sealer, SealError
from gateway.programme.pack import NoExtraError, Wanted, make_pack, public_key
from gateway.programme.pack_form import fingerprint
from gateway.programme.pilots_judged import is_one_pilot, pilots_in_force
from gateway.registry.catalogue import NOUNS
from gateway.registry.roles import Action

router = APIRouter(include_in_schema=False, prefix="/pilots")

PilotId = Annotated[str, Path(pattern=ID)]


@router.get("/{pilot}/pack.zip", dependencies=[Depends(allow(Action.READ, "pilot"))])
def give_pack(desk: TheDesk, pilot: PilotId) -> Response:
    """The pack of a pilot that is fixed, to whoever may see its production.

    Raises:
        HTTPException: 403, they may not; 404, there is none; 409, it is not fixed; 503, nothing can be sealed here.
    """
    entry = desk.entry(NOUNS["pilot"], pilot)
    if not desk.reader.may(Action.READ, "production", entry.place):
        raise HTTPException(403, f"{desk.reader.name}: may not see the production behind this pilot. Ask its owner.")
    if not entry.values["is_fixed"]:
        raise HTTPException(409, f"pilot {entry.label}: is not fixed, so nothing of its result is shown. Fix it first.")
    in_force = pilots_in_force(desk.engine, desk.reader, desk.now)
    state = desk.request.app.state
    made_up = bool(getattr(state, "made_up", False))
    wanted = Wanted(entry, [one for one, _ in in_force if not is_one_pilot(one, entry)], desk.now, state.zone, made_up)
    try:
        content = make_pack(desk.engine, desk.reader, wanted, _sealer(desk))
    except (SealError, NoExtraError) as error:
        raise HTTPException(503, str(error)) from error
    name = f"pilot-{pilot[-8:]}-{entry.values['version']}.zip"
    return Response(
        content, media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def key_of(desk: Desk) -> tuple[str, str]:
    """The public key and its fingerprint, as people compare it; empty before anything was sealed."""
    folder = desk.request.app.state.documents
    if folder is None or not (folder / KEY_FILE).exists():
        return "", ""
    try:
        key = public_key(desk.engine, Sealer(folder))
    except (SealError, NoExtraError):
        return "", ""
    return key, fingerprint(key)


def _sealer(desk: Desk) -> Sealer:
    folder = desk.request.app.state.documents
    if folder is None:
        raise HTTPException(503, "pack of evidence: this gateway has no folder for its seal. Start it by nhipdo serve.")
    return Sealer(folder)
