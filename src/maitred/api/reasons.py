"""Reason codes in words."""

from collections.abc import Mapping
from typing import Any, Final

from maitred.domain.booking import ReasonCode

R = ReasonCode

WORDS: Final[Mapping[ReasonCode, str]] = {
    R.NO_CAPACITY: "Every table or join that seats this party is taken at that time.",
    R.NO_ALLOWED_SET: "No table or join here can ever seat this party.",
    R.PACING_COVERS: "As many guests already start in this slot as the kitchen takes.",
    R.PACING_PARTIES: "As many parties already start in this slot as the house takes.",
    R.PARTY_NEEDS_REVIEW: "Parties of this size are always looked at by a person.",
    R.CONTENTION: "Others took the tables while this was being decided.",
    R.DEPENDENCY_DOWN: "A part of the system was away while this was being decided.",
    R.ROUNDS_EXHAUSTED: "No decision was reached in as many rounds as are allowed.",
    R.TIME_EXHAUSTED: "No decision was reached in the time that is allowed.",
    R.LOCK_LOST: "The worker lost its lock before it could write its decision.",
    R.OWNER_LOST: "The worker that was deciding is gone.",
    R.ROOM_APPEARED: "A table became free.",
    R.REVIEW_EXPIRED: "Nobody settled the review in time.",
    R.VENUE_CHANGED: "The restaurant's tables or rules changed.",
    R.TABLE_LOST: "The party's table cannot be used any more.",
    R.REQUESTED: "It was asked for.",
    R.OVERRIDE: "A member of staff set a rule aside.",
    R.CHANGED: "The booking was changed.",
    R.HOLD_CONFIRMED: "The tables had been held for this party.",
    R.DECISION_FAULT: "Deciding failed on our side.",
}


def in_words(code: str, data: Mapping[str, Any]) -> str:
    """Return the engine's own sentence, which has the figures, or else the general one."""
    message = data.get("message")
    if isinstance(message, str):
        return message
    return WORDS[ReasonCode(code)] if code in set(ReasonCode) else code.replace("_", " ")
