"""Every problem code the API answers with: its title and what to do about it.

The reference page prints this table, `/problems/{code}` leads there, and a test finds codes that are raised
somewhere but are missing here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Code(NamedTuple):
    """A problem code's title (one for every occurrence) and its explanation."""

    title: str
    meaning: str


CODES: Final[Mapping[str, Code]] = {
    # -- the request itself
    "malformed_json": Code("Malformed JSON", "The body is not valid JSON."),
    "unsupported_media_type": Code("Unsupported media type", "Send bodies as application/json."),
    "body_too_large": Code("Body too large", "The body is longer than this route takes."),
    "malformed_header": Code("Malformed header", "A header cannot be read: If-Match or Idempotency-Key."),
    "not_found": Code("Not found", "There is no such thing, or it belongs to a restaurant this key may not see."),
    "method_not_allowed": Code("Method not allowed", "The Allow header lists the methods of this path."),
    "unauthenticated": Code("No valid key", "Send `Authorization: Bearer KEY` with a key that was not revoked."),
    "forbidden": Code("Scope missing", "The key is valid but lacks the scope named in `scope`."),
    "internal_error": Code("Internal error", "Our fault. `incident` is the id to quote; it is in our log."),
    "http_error": Code("HTTP error", "The server refused the request before it reached a route."),
    # -- fields
    "invalid_input": Code("Invalid input", "A value breaks a rule; `field` names it."),
    "required": Code("Field missing", "A required field is missing."),
    "unknown_field": Code("Unknown field", "There is no such field; check its spelling."),
    "wrong_type": Code("Wrong type", "The value is of another type than the field."),
    "unknown_value": Code("Unknown value", "The value is not one of those the field takes."),
    "out_of_range": Code("Out of range", "The number is too small or too large."),
    "too_long": Code("Too long", "The text or list is longer than the field takes."),
    "too_short": Code("Too short", "The text or list is shorter than the field takes."),
    "invalid_format": Code("Wrong format", "The text does not have the form the field asks for."),
    "invalid_id": Code("Not an id", "Ids are UUIDs."),
    "invalid_date": Code("Not a date", "Dates are written YYYY-MM-DD."),
    "control_character": Code("Control character", "The text has a character that cannot be printed."),
    "invalid_email": Code("Not an e-mail address", "The address needs the form name@domain."),
    "invalid_phone": Code("Not a phone number", "Write it in international form: +, country code, number."),
    "invalid_locale": Code("Not a language tag", "Locales are BCP 47 language tags such as en-GB."),
    "invalid_cursor": Code("Not a cursor", "Cursors are taken from `next` of the page before, unchanged."),
    "nothing_to_change": Code("Nothing to change", "The body names no field to change."),
    "mismatch": Code("Two values differ", "A value in the body contradicts the path."),
    # -- time and house rules
    "invalid_datetime": Code("Not a date and time", "Use ISO 8601: with an offset, or as the venue's local time."),
    "nonexistent_local_time": Code("Time does not exist", "Clocks skip this local time; choose another."),
    "ambiguous_local_time": Code("Time occurs twice", "Clocks go back over this local time; add the offset."),
    "no_turn_time": Code("Party too large", "The venue has no turn time for a party of this size."),
    # -- seats
    "no_capacity": Code("No table is free", "`alternatives` lists the nearest times that would work."),
    "needs_override": Code("Needs an override", "Only the soft rules in `rules` stand in the way; staff may override."),
    "hold_gone": Code("Hold gone", "The hold expired, was released or was used."),
    # -- lifecycle and concurrency
    "transition_not_allowed": Code("Not possible now", "`legal` lists what can be done to the booking now."),
    "idempotency_key_reused": Code("Idempotency-Key reused", "The key came before with another body."),
    "stale_version": Code("Changed meanwhile", "Read the booking again: `version` is its present version."),
    "stale_fence": Code("Lock lost", "Somebody else decides this day now; try again."),
    "table_taken": Code("Table taken", "Another party got the table first; try again."),
    "lock_busy": Code("Busy", "Somebody else decides this day now; try again."),
    "lock_lost": Code("Lock lost", "The lock was lost while deciding; nothing was changed; try again."),
    "deadlock": Code("Busy", "The database chose somebody else; nothing was changed; try again."),
    "claimed": Code("Claimed", "Somebody else works on this review until `claimed_until`."),
    # -- dependencies
    "database_unavailable": Code("Database unavailable", "Nothing was changed. Try again after Retry-After seconds."),
    "redis_unavailable": Code("Redis unavailable", "Nothing was changed. Try again after Retry-After seconds."),
    "breaker_open": Code("Unavailable", "A dependency failed repeatedly. Try again after Retry-After seconds."),
}


def title_of(code: str) -> str:
    """Return a code's title; an unlisted one is spelled out."""
    return CODES[code].title if code in CODES else code.replace("_", " ").capitalize()
