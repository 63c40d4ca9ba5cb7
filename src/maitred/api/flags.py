"""The pipeline flag: who is decided by the pipeline, by what rule, since when and by whose word; and shadow reports."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt
from starlette.responses import Response

from maitred.api.answers import Answer
from maitred.api.auth import need_every_restaurant
from maitred.api.call import Call, Endpoint, answer
from maitred.api.fields import Strict
from maitred.api.schemas import Day as AnyDay
from maitred.domain.errors import InvalidInput, NotFound
from maitred.flags.port import PIPELINE_FLAG, Mode
from maitred.flags.rules import Rule
from maitred.store import flags as store
from maitred.store.flags import FlagRow, RestaurantRow
from maitred.usecases import flags
from maitred.usecases.flags import Change, Standing
from maitred.usecases.shadow import shadow_report

TAG: Final = "Rollout"
Words = Annotated[str, Field(min_length=1, max_length=500, examples=["First five percent after the pilot."])]
Version = Annotated[StrictInt, Field(ge=0)]


class FlagBody(Strict):
    """What to change about the flag. Fields that are left out stay."""

    default: Literal["off", "shadow", "on"] | None = Field(
        None,
        description="Mode of restaurants that no other rule speaks of; null: off once a percentage is set, or else "
        "that of the settings.",
    )
    percentage: Annotated[StrictInt, Field(ge=0, le=100)] | None = Field(
        None,
        description="How many percent of the restaurants are on; who is in at 5 stays in at 25. null: no percentage.",
    )
    killed: StrictBool | None = Field(None, description="true: off everywhere, now, whatever the other rules say.")
    reason: Words
    version: Version | None = Field(None, description="The version that was read; with another one nothing changes.")


class FlagRestaurantBody(Strict):
    """What to say of one restaurant. Fields that are left out stay."""

    mode: Literal["off", "shadow", "on"] | None = Field(None, description="Its own mode; null: the other rules decide.")
    opted_in: StrictBool | None = Field(None, description="true: on, by its own wish.")
    reason: Words
    version: Version | None = Field(None, description="The version that was read, 0 for a restaurant not listed yet.")


class FlagAuditQuery(Strict):
    """How many changes to list."""

    limit: int = Field(100, ge=1, le=1_000)


class ShadowQuery(Strict):
    """Which service days to compare."""

    from_: AnyDay | None = Field(None, alias="from")
    to: AnyDay | None = None


class FlagRestaurantAnswer(Answer):
    """What is said of one restaurant."""

    restaurant: str
    mode: Literal["off", "shadow", "on"] | None
    opted_in: bool
    version: int
    changed_at: datetime


class FlagAnswer(Answer):
    """The flag as it is; every process follows within two seconds."""

    flag: str
    killed: bool
    default: Literal["off", "shadow", "on"] | None
    percentage: int | None
    version: int
    changed_at: datetime
    restaurants: list[FlagRestaurantAnswer] = Field(description="Those of which something is said.")
    in_mode: dict[str, int] = Field(description="How many restaurants are in each mode.")


class FlagModeAnswer(Answer):
    """The mode that one restaurant is in, and the rule it comes from."""

    restaurant: str
    mode: Literal["off", "shadow", "on"]
    rule: Rule
    version: int = Field(description="What PUT takes; 0 while nothing was said of it.")


class FlagChangeAnswer(Answer):
    """One change."""

    id: int
    restaurant: str | None
    what: Literal["killed", "default", "percentage", "mode", "opted_in"]
    from_: str | None = Field(alias="from")
    to: str | None
    by: str
    reason: str
    at: datetime


class FlagChangesAnswer(Answer):
    """Changes, the newest first."""

    items: list[FlagChangeAnswer]


class ShadowDifferenceAnswer(Answer):
    """A booking of which one says that there is a table, and the other that there is none."""

    booking_id: UUID
    reference: str
    external_ref: str | None
    party_size: int
    starts_at: datetime
    live: str
    live_reason: str | None
    shadow: str
    shadow_reason: str | None
    shadow_tables: list[str]


class ShadowReportAnswer(Answer):
    """How the shadow and what was decided for real compare."""

    restaurant: str
    since: datetime | None = Field(description="Since when it is in shadow; null: it is not.")
    agreement: float | None = Field(description="Share of bookings on which both say the same; null: none to compare.")
    decided: int
    waiting: int = Field(description="Decided by the shadow only, so far.")
    both_seated: int
    both_refused: int
    only_live: int = Field(description="Seated for real, refused by the shadow.")
    only_shadow: int = Field(description="Refused for real; the shadow has a table.")
    same_tables: int
    moves: int = Field(description="Parties that would have changed tables.")
    shadow_ms: dict[str, float] = Field(description="p50, p95, p99 and max of a decision, ms.")
    live_ms: dict[str, float]
    differences: list[ShadowDifferenceAnswer] = Field(description="The newest 100.")


async def read_flag(call: Call) -> Response:
    """Read the flag, and how many restaurants are in each mode."""
    need_every_restaurant(call.caller)
    _known(call)
    return answer(await _flag(call))


async def change_flag(call: Call) -> Response:
    """Change default, percentage or kill switch, each with an entry in the audit; all or nothing."""
    need_every_restaurant(call.caller)
    _known(call)
    body = await call.body(FlagBody)
    wanted: dict[str, Any] = {name: getattr(body, name) for name in ("default", "percentage") if name in _sent(body)}
    if body.killed is not None:
        wanted["killed"] = body.killed
    if not wanted:
        raise InvalidInput("The body names nothing to change.", code="nothing_to_change")
    await flags.change_flag(call.desk.database, wanted, Change(call.caller.name, body.reason, body.version))
    return answer(await _flag(call))


async def change_restaurant(call: Call) -> Response:
    """Say what mode one restaurant is in, or put it on the opt-in list."""
    need_every_restaurant(call.caller)
    place = await call.place()
    body = await call.body(FlagRestaurantBody)
    wanted: dict[str, Any] = {"mode": Mode(body.mode) if body.mode else None} if "mode" in _sent(body) else {}
    if body.opted_in is not None:
        wanted["opted_in"] = body.opted_in
    if not wanted:
        raise InvalidInput("The body names nothing to change.", code="nothing_to_change")
    change = Change(call.caller.name, body.reason, body.version)
    return answer(_said(await flags.change_restaurant(call.desk.database, place.slug, change, **wanted)))


async def read_mode(call: Call) -> Response:
    """Read which mode a restaurant is in; its owner may, too."""
    place = await call.place()
    found = await flags.mode_of_restaurant(call.desk.database, place.slug, call.desk.flags.settings)
    said = await store.restaurant(call.desk.database, PIPELINE_FLAG, place.restaurant_id)
    version = said.version if said else 0
    return answer({"restaurant": place.slug, "mode": found.mode, "rule": found.rule, "version": version})


async def list_changes(call: Call) -> Response:
    """List who changed what, when, from what to what and why, the newest first."""
    need_every_restaurant(call.caller)
    _known(call)
    found = await store.changes(call.desk.database, PIPELINE_FLAG, None, call.query(FlagAuditQuery).limit)
    return answer({"items": [rendered_change(one) for one in found]})


async def read_shadow(call: Call) -> Response:
    """Compare what the engine would have done with what was done, since the restaurant came into shadow."""
    query = call.query(ShadowQuery)
    place = await call.place()
    report = await shadow_report(call.desk.database, (place.restaurant_id, place.slug), query.from_, query.to)
    return answer(report.document())


def rendered_flag(found: Standing) -> dict[str, Any]:
    """Return the flag as the API and the command line show it."""
    row: FlagRow = found.row
    return {
        "flag": row.flag,
        "killed": row.killed,
        "default": row.default_mode,
        "percentage": row.percentage,
        "version": row.version,
        "changed_at": row.changed_at.isoformat(),
        "restaurants": [_said(one) for one in found.restaurants],
        "in_mode": {str(mode): count for mode, count in found.counts.items()},
    }


def rendered_change(one: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of the audit."""
    return {
        **{name: one[name] for name in ("id", "restaurant", "what", "reason")},
        "from": one["from_value"],
        "to": one["to_value"],
        "by": one["by_whom"],
        "at": one["at"].isoformat(),
    }


def _said(row: RestaurantRow) -> dict[str, Any]:
    return {
        "restaurant": row.slug,
        "mode": row.mode,
        "opted_in": row.opted_in,
        "version": row.version,
        "changed_at": row.changed_at.isoformat(),
    }


async def _flag(call: Call) -> dict[str, Any]:
    return rendered_flag(await flags.standing(call.desk.database, call.desk.flags.settings))


def _known(call: Call) -> None:
    if call.path("flag") != PIPELINE_FLAG:
        raise NotFound("There is no such flag.", name=call.path("flag"))


def _sent(body: Strict) -> set[str]:
    return body.model_fields_set


_FLAG: Final = "/v1/flags/{flag}"
ROUTES: Final = (
    Endpoint("GET", _FLAG, read_flag, TAG, "Read the pipeline flag", "admin", FlagAnswer),
    Endpoint(
        "PATCH", _FLAG, change_flag, TAG, "Change the pipeline flag", "admin", FlagAnswer, body=FlagBody,
        problems=("stale_flag", "nothing_to_change", "control_character"),
    ),
    Endpoint(
        "GET", f"{_FLAG}/audit", list_changes, TAG, "List changes of the flag", "admin", FlagChangesAnswer,
        query=FlagAuditQuery,
    ),
    Endpoint("GET", "/v1/restaurants/{slug}/flag", read_mode, TAG, "Read a restaurant's mode", "admin", FlagModeAnswer),
    Endpoint(
        "PUT", "/v1/restaurants/{slug}/flag", change_restaurant, TAG, "Set a restaurant's mode", "admin",
        FlagRestaurantAnswer, body=FlagRestaurantBody,
        problems=("stale_flag", "nothing_to_change", "control_character"),
    ),
    Endpoint(
        "GET", "/v1/restaurants/{slug}/shadow-report", read_shadow, TAG, "Compare the shadow with what was decided",
        "admin", ShadowReportAnswer, query=ShadowQuery, problems=("empty_range",),
    ),
)  # fmt: skip
