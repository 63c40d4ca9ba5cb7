"""Reasons as callers get them: in words, and with as much data as they may see."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from maitred.domain.booking import ReasonCode
from maitred.texts import N_
from maitred.usecases.desk import Caller

R = ReasonCode

WORDS: Final[Mapping[ReasonCode, str]] = {
    R.NO_CAPACITY: N_("Every table or join that seats this party is taken at that time."),
    R.NO_ALLOWED_SET: N_("No table or join here can ever seat this party."),
    R.PACING_COVERS: N_("As many guests already start in this slot as the kitchen takes."),
    R.PACING_PARTIES: N_("As many parties already start in this slot as the house takes."),
    R.PARTY_NEEDS_REVIEW: N_("Parties of this size are always looked at by a person."),
    R.CONTENTION: N_("Others took the tables while this was being decided."),
    R.ROUNDS_EXHAUSTED: N_("No decision was reached in as many rounds as are allowed."),
    R.TIME_EXHAUSTED: N_("No decision was reached in the time that is allowed."),
    R.OWNER_LOST: N_("The worker that was deciding is gone."),
    R.ROOM_APPEARED: N_("A table became free."),
    R.REVIEW_EXPIRED: N_("Nobody settled the review in time."),
    R.TABLE_LOST: N_("The party's table cannot be used any more."),
    R.LATE_TABLE: N_("The party's table is late, and no other fits it."),
    R.GRACE_OVER: N_("The party is more than a quarter of an hour late."),
    R.REQUESTED: N_("It was asked for."),
    R.OVERRIDE: N_("A member of staff set a rule aside."),
    R.CHANGED: N_("The booking was changed."),
    R.HOLD_CONFIRMED: N_("The tables had been held for this party."),
    R.DECISION_FAULT: N_("Deciding failed on our side."),
    R.MOVED: N_("The party was given other tables."),
    R.MOVES_SUGGESTED: N_("There is a seat when other parties change tables; a person decides that here."),
    R.PINNED: N_("A member of staff promised these very tables."),
    R.IMPORTED: N_("It comes from the booking system used before."),
}


# Other parties' bookings: who stands in the way and when, who moves, and for whom one was moved.
_OTHERS: Final = frozenset({"least_blocked", "for_staff", "moves", "for", "overstaying"})
# What is planned, and what the house did about it: guests are told what was promised, never where they will sit.
_HOUSE: Final = frozenset(
    {"tables", "own", "plan", "move_set", "lost", "table", "closed", "by", "override", "undoes", "run", "room", "block"}
)
_PLANNED: Final = _OTHERS | _HOUSE
# What members of staff wrote beside it is theirs.
_THEIRS: Final = frozenset({"note", "was", "reason"})

# Free text of people, and rules: what looks like a time in them is theirs.
_AS_WRITTEN: Final = frozenset({"note", "reason", "message", "text"})
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")


def data_for(caller: Caller, data: Mapping[str, Any] | None, tz: ZoneInfo) -> dict[str, Any] | None:
    """Return a reason's data as the caller may see it, with its times at the venue's offset."""
    if data is None:
        return None
    seen = data if caller.of_the_house else _without(data, _OTHERS if caller.sees_tables else _PLANNED)
    return {name: value if name in _AS_WRITTEN else _localised(value, tz) for name, value in seen.items()}


def _localised(value: Any, tz: ZoneInfo) -> Any:
    if isinstance(value, Mapping):
        return {name: one if name in _AS_WRITTEN else _localised(one, tz) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_localised(one, tz) for one in value]
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(tz).isoformat()
    return value


def data_for_anybody(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem's data without other parties' bookings, however deep they lie."""
    return _without(data, _OTHERS)


def _without(data: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Return data without some names; where tables are among them, also the lists that a move leads from and to."""
    moved = {"from", "to"} if "tables" in names else set()
    hidden = names | _THEIRS if names >= _HOUSE and not _HOUSE.isdisjoint(data) else names
    kept = {name: value for name, value in data.items() if name not in hidden}
    return {name: _less(one, names) for name, one in kept.items() if name not in moved or not isinstance(one, list)}


def _less(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return _without(value, names)
    return [_less(one, names) for one in value] if isinstance(value, list | tuple) else value


def in_words(code: str, data: Mapping[str, Any]) -> str:
    """Return the engine's own sentence, which has the figures, or else the general one."""
    message = data.get("message")
    if isinstance(message, str):
        return message
    if code == R.REQUESTED and "was" in data:  # only a review that was declined says what it had been about
        return "The restaurant has declined the request."
    return WORDS[ReasonCode(code)] if code in set(ReasonCode) else code.replace("_", " ")
