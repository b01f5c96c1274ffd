"""What is set up, and the edges it was sent to, for programs: where each setting stands, and sending what differs."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from gateway.api.bodies import Sent
from gateway.api.problems import ProblemError, mistake
from gateway.api.revisions import NOT_MODIFIED, IfMatch, IfNoneMatch, etag, not_modified, require_match
from gateway.api.setup import Office, Reads, TheOffice
from gateway.api.setup_sending import Chosen, Decides, choose
from gateway.api.source import SiteName
from gateway.api.spans import iso
from gateway.production_setup import ChangedMeanwhileError, Standing, digest_of, send
from gateway.registry.roles import Action, Reader

router = APIRouter(prefix="/production/settings", tags=["production"])

_NAME = "^[a-z0-9-]{1,63}$"
_ETAG = {"ETag": {"description": "Of all that sending would change", "schema": {"type": "string"}}}


class WhichSetting(Sent):
    """A setting of the site."""

    edge: str = Field(pattern=_NAME, examples=["press-shop"])
    noun: str = Field(pattern=_NAME, examples=["products"])
    key: str = Field(pattern=_NAME, examples=["press-1"])


class SendIn(Sent):
    """Which settings are sent."""

    which: list[WhichSetting] | None = Field(
        None, max_length=10_000, description="Only these; null: all that differ and that their edge would take"
    )


class SettingOut(BaseModel):
    """Where one setting of one edge stands."""

    edge: str = Field(examples=["press-shop"])
    noun: str = Field(description="calendar, products, reasons, checklists, targets or orders", examples=["products"])
    key: str = Field(description="A calendar, a work unit, or all", examples=["press-1"])
    state: str = Field(description="never, changed, waiting, in_force or refused", examples=["in_force"])
    differs: bool = Field(description="Sending would change something")
    problem: str = Field(description="Why it cannot be sent as it is; empty: it can")
    wanted: dict[str, Any] = Field(description="What is set up now; empty: nothing, the edge's own file is to hold")
    sent: dict[str, Any] | None = Field(description="What was sent last; null: nothing ever")
    revision: int = Field(description="Of what was sent last; 0: nothing ever")
    sent_by: str
    sent_at: str | None = Field(description="UTC; null: never")
    answered_revision: int = Field(description="Of the setting that the edge has answered last; 0: none")
    accepted: bool | None = Field(description="Whether the edge took that up; null: it has not answered")
    refusal: str = Field(description="Why it did not, in the edge's words; empty: it did, or has not answered")
    in_force_revision: int | None = Field(
        description="Of what held at the edge when it answered; 0: its own file; null: it has not answered"
    )


class SettingsOut(BaseModel):
    """The settings of a site."""

    site: str
    to_send: int = Field(description="How many differ from what was sent, and can be sent")
    settings: list[SettingOut] = Field(description="What needs somebody first")


@router.get(
    "/{site}",
    summary="Settings of the edges of a site",
    response_model=SettingsOut,
    responses={200: {"headers": _ETAG}, **NOT_MODIFIED},
)
def read_settings(
    request: Request, response: Response, site: SiteName, office: TheOffice, reader: Reads, _: IfNoneMatch = None
) -> SettingsOut | Response:
    """What is set up for every edge of a site, what was sent, and what the edge has answered."""
    chosen = _chosen(office, reader, site)
    told = _told(chosen)
    in_force = _tag(chosen, told)
    response.headers["ETag"] = in_force
    return not_modified(request, in_force) or told


@router.post(
    "/{site}",
    summary="Send what is set up to the edges",
    responses={
        200: {"headers": _ETAG},
        412: {"description": "Changed meanwhile"},
        428: {"description": "Without If-Match"},
    },
)
def send_settings(
    request: Request,
    response: Response,
    site: SiteName,
    by: SendIn,
    office: TheOffice,
    reader: Decides,
    _: IfMatch = None,
) -> SettingsOut:
    """Send what differs, as it was read: with the ETag of what was looked at. The edges answer when they take it up."""
    chosen = _chosen(office, reader, site)
    assert chosen.site is not None
    if not reader.may(Action.DECIDE, "production", chosen.site.place):
        msg = f"{reader.name}: may not send settings to {site}. Ask the manager of the enterprise."
        raise HTTPException(403, msg)
    told = _told(chosen)
    require_match(request, f"settings of {site}", _tag(chosen, told), told.model_dump())
    which = None if by.which is None else {(one.edge, one.noun, one.key) for one in by.which}
    _check(chosen, which)
    try:
        send(office.service.engine, reader, chosen.standings, digest_of(chosen.standings), office.now, which)
    except ChangedMeanwhileError as error:
        raise HTTPException(409, str(error)) from error
    after = _chosen(office, reader, site)
    told = _told(after)
    response.headers["ETag"] = _tag(after, told)
    return told


def _chosen(office: Office, reader: Reader, site: str) -> Chosen:
    chosen = choose(office, reader, site)
    if chosen.site is None or chosen.site.values["name"] != site:
        msg = f"site {site}: is not registered. Register it, then set up its production."
        raise HTTPException(404, msg)
    return chosen


def _tag(chosen: Chosen, told: SettingsOut) -> str:
    """Of what is wanted, what was sent and what was answered."""
    seen = (
        f"{one.edge}/{one.noun}/{one.key} {one.revision} {one.answered_revision} {one.accepted}"
        for one in told.settings
    )
    return etag(digest_of(chosen.standings), *seen)


def _check(chosen: Chosen, which: set[tuple[str, str, str]] | None) -> None:
    """What is asked for by name must be there, and its edge must be able to take it up."""
    by_name = {(one.edge.edge, one.noun, one.key): one for one in chosen.standings}
    for name in sorted(which or ()):
        one = by_name.get(name)
        why = "there is no such setting. Read the settings of the site" if one is None else one.problem
        if why:
            msg = f"setting {'/'.join(name)}: {why.removesuffix('.')}."
            raise ProblemError(422, msg, mistakes=[mistake("body", "#/which", msg)])


def _told(chosen: Chosen) -> SettingsOut:
    assert chosen.site is not None
    return SettingsOut(
        site=str(chosen.site.values["name"]),
        to_send=sum(one.differs and not one.problem for one in chosen.standings),
        settings=[_setting(one) for one in chosen.standings],
    )


def _setting(one: Standing) -> SettingOut:
    answer = one.answer
    return SettingOut(
        edge=one.edge.edge,
        noun=one.noun,
        key=one.key,
        state=one.state,
        differs=one.differs,
        problem=one.problem,
        wanted=dict(one.wanted),
        sent=None if one.sent is None else dict(one.sent),
        revision=one.revision,
        sent_by=one.sent_by,
        sent_at=iso(one.sent_at) if one.sent_at else None,
        answered_revision=answer.setting_revision if answer else 0,
        accepted=answer.accepted if answer else None,
        refusal=answer.why if answer else "",
        in_force_revision=answer.in_force_revision if answer else None,
    )
