"""Change a flag: who may say what, checked against what it was, with an entry in the audit for every value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from maitred.domain.errors import Contended, InvalidInput, NotFound
from maitred.flags.port import PIPELINE_FLAG, Mode
from maitred.flags.rules import Resolution, Rules
from maitred.flags.watch import read_rules
from maitred.store import flags as store
from maitred.store.database import Connection, Database
from maitred.store.flags import FlagRow, RestaurantRow, What

LONGEST_REASON: Final = 500


class StaleFlag(Contended):
    """Somebody has changed the flag since it was read; `data["version"]` is its present version."""

    code = "stale_flag"


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something and why; `version` is the one they have seen, None when they do not mind."""

    by: str
    reason: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A flag as it is, what is said of restaurants, and what every restaurant comes to."""

    row: FlagRow
    restaurants: tuple[RestaurantRow, ...]
    rules: Rules
    modes: Mapping[str, Resolution]

    @property
    def counts(self) -> dict[Mode, int]:
        """How many restaurants are in each mode."""
        found = [one.mode for one in self.modes.values()]
        return {mode: found.count(mode) for mode in Mode}


async def standing(database: Database, settings: Mode) -> Standing:
    """Return the pipeline flag as it is in the database, which every process follows within 2 seconds."""
    async with database.transaction(silent=True) as connection:
        row = _there(await store.read(connection, PIPELINE_FLAG))
        said = await store.restaurants(connection, PIPELINE_FLAG)
        rules = await read_rules(connection, settings)
    modes = {slug: rules.resolve(slug) for _, slug in await store.every_restaurant(database)}
    return Standing(row, tuple(said), rules, modes)


def mode_of(text: str) -> Mode | None:
    """Read a mode, or `none`; raises InvalidInput."""
    if text == "none":
        return None
    try:
        return Mode(text)
    except ValueError:
        known = ", ".join(Mode)
        raise InvalidInput(f"Modes are {known}, or none.", field="mode", code="unknown_value") from None


def percentage_of(text: str) -> int | None:
    """Read a percentage, or `none`; raises InvalidInput."""
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        raise InvalidInput("A percentage is 0 to 100, or none.", field="percentage", code="out_of_range")
    return int(text)


async def mode_of_restaurant(database: Database, slug: str, settings: Mode) -> Resolution:
    """Return the mode of one restaurant as the database has it now."""
    async with database.transaction(silent=True) as connection:
        return (await read_rules(connection, settings)).resolve(slug)


async def set_killed(database: Database, killed: bool, change: Change) -> FlagRow:
    """Switch the pipeline off everywhere, or end that; saying it twice changes nothing."""
    return await change_flag(database, {"killed": killed}, change)


async def set_default(database: Database, mode: Mode | None, change: Change) -> FlagRow:
    """Set the mode of restaurants that no other rule speaks of; None: that of the settings."""
    return await change_flag(database, {"default": mode}, change)


async def set_percentage(database: Database, percentage: int | None, change: Change) -> FlagRow:
    """Set how many percent of the restaurants are on; None: the percentage decides nothing."""
    return await change_flag(database, {"percentage": percentage}, change)


async def set_mode(database: Database, slug: str, mode: Mode | None, change: Change) -> RestaurantRow:
    """Set the mode of one restaurant, before every rule but the kill switch; None: the other rules decide."""
    return await change_restaurant(database, slug, change, mode=mode)


async def set_opted_in(database: Database, slug: str, opted_in: bool, change: Change) -> RestaurantRow:
    """Put a restaurant on the opt-in list, or take it off."""
    return await change_restaurant(database, slug, change, opted_in=opted_in)


_COLUMNS: Final[Mapping[What, str]] = {"killed": "killed", "default": "default_mode", "percentage": "percentage"}
_SAID: Final[Mapping[str, What]] = {"mode": "mode", "opted_in": "opted_in"}


async def change_flag(database: Database, wanted: Mapping[Any, Any], change: Change) -> FlagRow:
    """Change several things about the flag at once: `killed`, `default`, `percentage`; what they are already stays.

    Raises InvalidInput and StaleFlag, and nothing is changed then.
    """
    why, percentage = _reason(change), wanted.get("percentage")
    if percentage is not None and not 0 <= percentage <= 100:
        raise InvalidInput("A percentage is 0 to 100.", field="percentage", code="out_of_range")
    async with database.transaction(silent=True) as connection:
        before = _there(await store.lock(connection, PIPELINE_FLAG))
        _expect(change, before.version)
        after = replace(before, **{_COLUMNS[what]: value for what, value in wanted.items()})
        if after != before:
            await store.write(connection, after)
            was = {what: getattr(before, _COLUMNS[what]) for what in wanted}
            told = {what: (was[what], value) for what, value in wanted.items() if was[what] != value}
            await store.record(connection, PIPELINE_FLAG, None, told, change.by, why)
        return _there(await store.read(connection, PIPELINE_FLAG))


async def change_restaurant(database: Database, slug: str, change: Change, **wanted: Any) -> RestaurantRow:
    """Change what is said of one restaurant: `mode`, `opted_in`. Raises InvalidInput, NotFound and StaleFlag."""
    why, restaurant_id = _reason(change), await restaurant_number(database, slug)
    async with database.transaction(silent=True) as connection:
        _there(await store.lock(connection, PIPELINE_FLAG))
        before = await store.restaurant(connection, PIPELINE_FLAG, restaurant_id)
        _expect(change, before.version if before else 0)
        was = {"mode": before.mode if before else None, "opted_in": before.opted_in if before else False}
        will = {**was, **wanted}
        if will != was:
            mode, opted_in = will["mode"], bool(will["opted_in"])
            await store.write_restaurant(connection, PIPELINE_FLAG, restaurant_id, mode, opted_in=opted_in)
            told = {what: (was[key], will[key]) for key, what in _SAID.items() if was[key] != will[key]}
            await store.record(connection, PIPELINE_FLAG, restaurant_id, told, change.by, why)
        return await _said(connection, slug, restaurant_id)


async def _said(connection: Connection, slug: str, restaurant_id: int) -> RestaurantRow:
    found = await store.restaurant(connection, PIPELINE_FLAG, restaurant_id)
    if found is None:
        raise InvalidInput(f"Nothing was said of {slug}, so there is nothing to take back.", code="nothing_to_change")
    return found


async def restaurant_number(database: Database, slug: str) -> int:
    """Return the number of a restaurant; raises NotFound."""
    for number, name in await store.every_restaurant(database):
        if name == slug:
            return number
    raise NotFound("There is no such restaurant.", name=slug)


def _there(row: FlagRow | None) -> FlagRow:
    if row is None:
        raise NotFound("There is no such flag.", name=PIPELINE_FLAG)
    return row


def _expect(change: Change, present: int) -> None:
    if change.version is not None and change.version != present:
        raise StaleFlag("Somebody has changed the flag since; look at it again.", version=present)


def _reason(change: Change) -> str:
    plain = " ".join(change.reason.split())
    if not plain:
        raise InvalidInput("Say why: the audit keeps it.", field="reason", code="required")
    if not plain.isprintable():
        raise InvalidInput("A reason is printable text.", field="reason", code="control_character")
    if len(plain) > LONGEST_REASON:
        raise InvalidInput(f"A reason has at most {LONGEST_REASON} characters.", field="reason", code="too_long")
    return plain
