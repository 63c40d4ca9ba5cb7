"""What a guest is told when something cannot be: by code, in their language, never the program's own words."""

from collections.abc import Mapping
from typing import Final

from maitred.domain.errors import MaitredError
from maitred.texts import N_, gettext

SENTENCES: Final[Mapping[str, str]] = {
    "in_the_past": N_("That time has passed. Choose a later one."),
    "too_short_notice": N_("That is too soon to book online. Choose a later time, or call us."),
    "too_far_ahead": N_("Bookings for that day are not open yet. Choose an earlier day."),
    "closed": N_("We are closed on that day. Choose another one."),
    "outside_service": N_("We take no guests at that time. Choose one of the times shown."),
    "off_grid": N_("We take no guests at that time. Choose one of the times shown."),
    "party_too_large": N_("We can seat parties of up to %(largest)s online. For more, call us."),
    "no_turn_time": N_("We can seat parties of up to %(largest)s online. For more, call us."),
    "no_allowed_set": N_("We have no table for a party of this size. Call us."),
    "no_accessible_table": N_("We have no step-free table for a party of this size. Call us."),
    "party_too_small": N_("At least one guest has to come."),
    "invalid_party": N_("Write the number of guests as digits."),
    "unknown_zone": N_("Choose one of the areas in the list."),
    "invalid_date": N_("Choose a date."),
    "invalid_time": N_("Write the time as in 19:30."),
    "invalid_datetime": N_("Choose one of the times shown."),
    "required": N_("Please fill this in."),
    "too_short": N_("Please fill this in."),
    "too_long": N_("This is too long."),
    "control_character": N_("This has a character that cannot be printed."),
    "contact": N_("Leave an email address or a phone number, so that we can reach you."),
    "invalid_email": N_("This is no email address. It has the form name@example.com."),
    "invalid_phone": N_("Write the number with + and the country code, as in +44 20 7946 0958."),
    "invalid_locale": N_("Choose a language from the list."),
    "try_later": N_("That was a lot at once. Wait a minute and try again."),
    "not_found": N_("This link is not valid. Check that you have the whole address."),
    "link_expired": N_("This link is not valid any more."),
    "hold_gone": N_("Your time was no longer kept."),
    "transition_not_allowed": N_("This booking can no longer be changed here. Call us."),
    "needs_override": N_("This needs a person. Call us."),
    "pinned": N_("This needs a person. Call us."),
    "already_seated": N_("This booking can no longer be changed here. Call us."),
    "no_capacity": N_("There is no table for you at that time."),
    "consent_required": N_("Please agree: without it we cannot book for you."),
    "contact_required": N_("Leave an email address or a phone number, so that we can reach you."),
    "range_reversed": N_("The latest time is before the earliest."),
    "range_spans_days": N_("Choose times of one day."),
    "review_size": N_("For a party of that size please ask the restaurant itself."),
    "waitlist_closed": N_("This restaurant keeps no waitlist."),
    "offer_gone": N_("This offer has lapsed. The table has gone to the next guest."),
    "forbidden": N_("This was sent from another site. Open our page and try again."),
}
UNKNOWN: Final = N_("That did not work, and nothing was changed. Try again in a moment.")


def told(fault: MaitredError) -> str:
    """Say what went wrong."""
    return say(fault.reason_code, dict(fault.data))


def say(code: str, data: Mapping[str, object] | None = None) -> str:
    """Say a code."""
    try:
        return gettext(SENTENCES.get(code, UNKNOWN)) % (data or {})
    except KeyError:
        return gettext(UNKNOWN)
