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
    "out_of_range": Code("Out of range", "The number is too small or too large, or the date too early or too late."),
    "too_long": Code("Too long", "The text or list is longer than the field takes."),
    "too_short": Code("Too short", "The text or list is shorter than the field takes."),
    "invalid_format": Code("Wrong format", "The text does not have the form the field asks for."),
    "invalid_id": Code("Not an id", "Ids are UUIDs."),
    "invalid_date": Code("Not a date", "Dates are written YYYY-MM-DD."),
    "control_character": Code("Control character", "The text has a character that cannot be printed."),
    "invalid_email": Code("Not an e-mail address", "The address needs the form name@domain."),
    "invalid_name": Code("Not a name", "A name has 1 to 120 characters."),
    "invalid_password": Code("Not a password", "A password has 10 to 200 characters."),
    "same_password": Code("Same password", "Who let you in has seen this one; choose another."),
    "wrong_password": Code("Wrong password", "The present password is not the one that was sent."),
    "wrong_pin": Code("Wrong PIN", "The PIN is not this person's."),
    "invalid_pin": Code("No PIN", "A PIN has 4 to 8 digits."),
    "last_owner": Code("Last owner", "A restaurant keeps at least one owner."),
    "account_closed": Code("Account closed", "The account was disabled; `maitred users` can give its owner a new one."),
    "not_signed_in_yet": Code(
        "Not signed in yet", "The account was made by another restaurant and nobody has chosen its password yet."
    ),
    "token_refused": Code("Token refused", "The JWT is not one of an issuer trusted here, is over, or is not for us."),
    "no_account": Code("No account", "The address is verified, but nobody here has it; an owner can invite them."),
    "sheet_changed": Code(
        "Sheet changed", "A booking changed between reading the sheet and noting that it was printed."
    ),
    "try_later": Code("Try later", "Too many wrong passwords in a row; `seconds` says how long to wait."),
    "invalid_phone": Code("Not a phone number", "Write it in international form: +, country code, number."),
    "invalid_locale": Code("Not a language tag", "Locales are BCP 47 language tags such as en-GB."),
    "invalid_cursor": Code("Not a cursor", "Cursors are taken from `next` of the page before, unchanged."),
    "nothing_to_change": Code("Nothing to change", "The body names no field to change."),
    "repeated": Code("Given twice", "A query parameter may be given once; several states are separated by commas."),
    "mismatch": Code("Two values differ", "A value in the body contradicts the path."),
    # -- the floor
    "already_seated": Code("Already seated", "The party sits: staff may change its size, its notes and its guest."),
    "walk_ins_only": Code("Walk-ins only", "Only parties that stand at the door agree to a shorter stay."),
    "empty_window": Code("Nothing in it", "The window ends before it starts."),
    "empty_range": Code("Nothing in it", "The range ends before it starts."),
    "too_long_range": Code("Too long", "A heatmap covers 92 days at most; ask again for the rest."),
    "never_counted": Code("Never counted", "Cancelled, failed and no-show bookings are in no heatmap."),
    "too_long_block": Code("Too long", "A table is closed by hand for a week at most."),
    # -- time and house rules
    "invalid_time": Code("Not a time", "Clock times are written 19:30, in the restaurant's own time."),
    "invalid_datetime": Code("Not a date and time", "Use ISO 8601: with an offset, or as the venue's local time."),
    "nonexistent_local_time": Code("Time does not exist", "Clocks skip this local time; choose another."),
    "ambiguous_local_time": Code("Time occurs twice", "Clocks go back over this local time; add the offset."),
    "in_the_past": Code("In the past", "That time has passed."),
    "off_grid": Code("Off the grid", "Bookings start every `slot_minutes`; staff may take any minute."),
    "closed": Code("Closed", "No service opens on that day; availability names the nearest days that have one."),
    "outside_service": Code("Outside service", "Parties are seated from a service's opening to its last seating."),
    "too_short_notice": Code("Too short notice", "The restaurant wants to know earlier."),
    "too_far_ahead": Code("Too far ahead", "Bookings for that day are not open yet."),
    "nobody_named": Code("Nobody named", "Say whose data: an e-mail address, a phone number, or both."),
    "period_reversed": Code("Period reversed", "The period ends before it begins."),
    "period_too_long": Code("Period too long", "A period has 366 days at most."),
    "still_expected": Code("Still expected", "The guest has a booking to come: cancel it first, or erase by `force`."),
    "too_early": Code("Too early", "The party is expected much later; check the day."),
    "party_too_small": Code("Nobody comes", "A party has at least one guest."),
    "party_too_large": Code("Party too large", "`largest` is the largest party that tables or joins here can seat."),
    "no_accessible_table": Code("No accessible table", "No accessible table or join here seats that party."),
    "no_allowed_set": Code("No fitting table", "No table or join here takes a party of this size."),
    "no_turn_time": Code("Party too large", "The venue has no turn time for a party of this size."),
    "unknown_zone": Code("Unknown zone", "The restaurant has no zone with this id; the sentence lists those it has."),
    "unknown_rule": Code("Unknown rule", "No soft rule has this name; the sentence lists those there are."),
    # -- seats
    "no_capacity": Code("No table is free", "`alternatives` lists the nearest times that would work."),
    "pacing_covers": Code("Slot is full", "The kitchen takes no more guests in this slot; see `alternatives`."),
    "pacing_parties": Code("Slot is full", "The house takes no more parties in this slot; see `alternatives`."),
    "needs_override": Code("Needs an override", "Only the soft rules in `rules` stand in the way; staff may override."),
    "hold_mismatch": Code("Another hold", "The hold was placed for another party, time or need; `field` says which."),
    "hold_gone": Code("Hold gone", "The hold expired, was released or was used."),
    # -- the waitlist
    "waitlist_closed": Code("No waitlist", "The restaurant keeps no waitlist."),
    "offer_gone": Code(
        "Offer gone", "The waitlist's offer has lapsed, was taken or was never made; `state` says more."
    ),
    "consent_required": Code(
        "Consent required", "The guest consents to be booked for any time of the range, or waits not."
    ),
    "contact_required": Code(
        "Contact required", "Who waits can be told: an email address or a phone number is needed."
    ),
    "range_reversed": Code("Range reversed", "The range ends before it begins."),
    "range_spans_days": Code("Range of two days", "A range lies within one service day."),
    "review_size": Code(
        "Looked at by a person", "Parties of this size are looked at by a person; send a booking request."
    ),
    "no_walk_ins": Code("Not for walk-ins", "Who stands at the door waits in the queue there."),
    "staff_only": Code("Staff only", "Only a member of staff sets this."),
    "venue_changed": Code("Venue changed", "The venue was changed meanwhile; run it again."),
    "link_expired": Code("Link over", "The signed link was ours, and its time is over."),
    "pinned": Code("Tables promised", "A member of staff promised the party its tables (`tables`); unpin it first."),
    "moves_gone": Code("Cannot be undone", "Who stands `in_the_way`, is `frozen` or has `changed` since is named."),
    "undo_changed": Code("Cannot be undone", "Something else has happened since to who is named (`changed`)."),
    "undo_taken": Code("Cannot be undone", "Who has the tables (`tables`) by now stands `in_the_way`."),
    "stale_proposal": Code("Proposal out of date", "The day has changed; requeue the booking for a new proposal."),
    "no_proposal": Code("Nothing proposed", "Only a review with reason `moves_suggested` has moves to accept."),
    # -- tables chosen by a person
    "not_free_yet": Code("Not free yet", "The choice is for later: tell the guest, and seat them then."),
    "not_swappable": Code("Cannot swap", "Parties change places within one restaurant and service day."),
    "unknown_table": Code("Unknown table", "The restaurant has no table with this id."),
    "fixed_table_joined": Code("Table cannot be moved", "A fixed table cannot be part of a join."),
    "zones_differ": Code("Tables in two zones", "Joined tables stand in one zone."),
    "too_few_seats": Code("Too few seats", "These tables do not seat the party."),
    "too_many_tables": Code("Too many tables", "The restaurant, or the zone, joins fewer tables than that."),
    "not_accessible": Code("Not accessible", "The party needs an accessible table, and none of these is."),
    # -- restaurants and keys
    "venue_invalid": Code("Faulty restaurant", "`errors` names every fault of the document by its place and rule."),
    "venue_in_use": Code("Tables in use", "The new version would take tables from the `bookings` that are named."),
    "stale_venue": Code("Restaurant changed meanwhile", "Begin from its newest version; nothing was saved."),
    "too_many_sets": Code("Too many joins", "The joins allow more sets of tables than can be searched; list fewer."),
    "unknown_strategy": Code("Unknown strategy", "No strategy has this name; the sentence lists those there are."),
    "unknown_scope": Code("Unknown scope", "No scope has this name; the sentence lists those there are."),
    # -- lifecycle and concurrency
    "transition_not_allowed": Code("Not possible now", "`legal` lists what can be done to the booking now."),
    "needs_seat": Code("Needs tables", "This step is taken by the engine, or by naming tables (force-confirm)."),
    "unknown_action": Code("Not at the door", "This action has a route of its own."),
    "idempotency_key_reused": Code("Idempotency-Key reused", "The key came before with another body."),
    "stale_version": Code("Changed meanwhile", "Read the booking again: `version` is its present version."),
    "contended": Code("Somebody was faster", "Nothing was changed; try again."),
    "stale_fence": Code("Lock lost", "Somebody else decides this day now; try again."),
    "looks_imported": Code(
        "Looks imported", "Bookings of the file are here under another source: name its `--source`."
    ),
    "being_cleared": Code("Being cleared", "The table is free once it is laid; `anyway` seats the party there now."),
    "table_taken": Code("Table taken", "Another party got the table first; try again."),
    "lock_busy": Code("Busy", "Somebody else decides this day now; try again."),
    "lock_lost": Code("Lock lost", "The lock was lost while deciding; nothing was changed; try again."),
    "deadlock": Code("Busy", "The database chose somebody else; nothing was changed; try again."),
    "claimed": Code("Claimed", "Somebody else works on this review until `claimed_until`."),
    # -- the optimizer
    "run_under_way": Code(
        "Run under way", "This day is being planned with other limits; `field` names one, `run` the run."
    ),
    "run_settled": Code("No open proposal", "Only a run whose `state` is proposed can be applied or dismissed."),
    "run_stale": Code("Day has changed", "The plan does not hold any more; ask for a new run."),
    "unknown_service": Code("Unknown service", "The restaurant has no service of this name on that day."),
    # -- feature flags
    "stale_flag": Code("Flag changed meanwhile", "Read the flag again: `version` is its present version."),
    # -- events
    "invalid_url": Code("Not an address", "Addresses have the form https://host/path, without user or fragment."),
    "insecure_url": Code("Not https", "Only a receiver on this machine may do without, where the settings allow it."),
    "private_address": Code("Address inside", "Webhooks do not reach into our own network."),
    "unknown_type": Code("Unknown type", "No event has this type; the sentence lists those there are."),
    "too_many_webhooks": Code("Too many webhooks", "`most` is how many a restaurant may have; remove one."),
    "disabled": Code("Switched off", "Nothing is sent to this webhook; switch it on first."),
    "events_gone": Code("Events gone", "Events are kept for a while only; `oldest` says since when."),
    "too_many_streams": Code("Too many streams", "Close one first; a key has a few open at once."),
    # -- messages
    "unknown_kind": Code("Unknown kind", "No message is of this kind; the sentence lists those there are."),
    "same_time": Code("Same time", "Quiet hours end at another time than they begin; null for both: there are none."),
    "no_gateway": Code("No gateway", "The restaurant has set no gateway: its secret comes with `gateway_url`."),
    "not_failed": Code(
        "Has not failed", "Only messages that did not arrive are tried anew, and none of an erased guest."
    ),
    "address_barred": Code(
        "Address is barred", "Lift the suppression of the address first, then try the message anew."
    ),
    "stale_settings": Code("Settings changed meanwhile", "Read the settings again and send the change once more."),
    # -- dependencies
    "database_unavailable": Code("Database unavailable", "Nothing was changed. Try again after Retry-After seconds."),
    "redis_unavailable": Code("Redis unavailable", "Nothing was changed. Try again after Retry-After seconds."),
    "issuer_unavailable": Code("Issuer unavailable", "Who vouches for the identity does not answer."),
    "unavailable": Code("Unavailable", "Nothing was changed. Try again after Retry-After seconds."),
    "breaker_open": Code("Unavailable", "A dependency failed repeatedly. Try again after Retry-After seconds."),
}


def title_of(code: str) -> str:
    """Return a code's title; an unlisted one is spelled out."""
    return CODES[code].title if code in CODES else code.replace("_", " ").capitalize()
