"""Faults, reasons and the engine's explanations as sentences, in the language of who reads them."""

from collections.abc import Mapping
from typing import Any, Final

from maitred.api.reasons import WORDS
from maitred.domain.assignment.words import say
from maitred.domain.booking import Booking, ReasonCode
from maitred.domain.errors import MaitredError, NeedsOverride
from maitred.texts import N_, gettext, present

# An error's own sentence has the figures and names, so what is here must say as much.
SENTENCES: Final[Mapping[str, str]] = {
    "stale_version": N_(
        "Somebody changed this booking a moment ago. The page shows it as it is now; look and try again."
    ),
    "not_found": N_("There is nothing here, or you may not see it."),
    "forbidden": N_("Your role does not allow this here."),
    "unauthenticated": N_("The address or the password is wrong."),
    "try_later": N_("Too many wrong passwords. Try again in %(seconds)s seconds."),
    "token_refused": N_("This sign-in was not accepted. Begin again."),
    "no_account": N_("You have no account here yet; an owner can invite you."),
    "issuer_unavailable": N_("Who vouches for your identity does not answer. Try again in a moment."),
    "wrong_password": N_("The present password is wrong."),
    "wrong_pin": N_("The PIN is wrong."),
    "invalid_pin": N_("A PIN has 4 to 8 digits."),
    "invalid_password": N_("A password has 10 to 200 characters."),
    "same_password": N_("This is the password you came with; choose another."),
    "not_signed_in_yet": N_(
        "Somebody else let this address in and it has not been used yet; ask them to sign in once."
    ),
    "invalid_time": N_("Write a time as in 19:30."),
    "invalid_date": N_("Write a day as in 2030-05-17."),
    "invalid_email": N_("This is no email address."),
    "last_owner": N_("Somebody must own the restaurant: make somebody else an owner first."),
    "account_closed": N_("This account is closed; whoever runs maitred can open it."),
    "sheet_changed": N_("Something changed while you printed: print the sheet once more."),
    "claimed": N_("%(claimed_by)s is working on this one."),
    "database_unavailable": N_("The database does not answer. Nothing was changed; try again in a moment."),
    "redis_unavailable": N_("The lock server does not answer. Nothing was changed; try again in a moment."),
    "lock_busy": N_("Somebody else is changing this evening right now. Try again."),
    "closed": N_("The restaurant is closed on that day."),
    "outside_service": N_("Parties are not seated at that time."),
    "party_too_large": N_("The largest party that can be seated here is %(largest)s."),
    "in_the_past": N_("That time has passed."),
    "invalid_url": N_("An address has the form https://host/path."),
    "insecure_url": N_("The address must begin with https://."),
    "private_address": N_("This address is inside our own network."),
    "stale_settings": N_("Somebody changed these settings since you opened them. Saving again replaces theirs."),
    "address_barred": N_("Nothing is sent to this address. Open the message to send there again."),
    "too_many_webhooks": N_("A restaurant has %(most)s webhooks at most."),
    "events_gone": N_("Events of that time are not kept any more."),
    "disabled": N_("Nothing is sent there: switch it on first."),
    "undo_changed": N_("This cannot be undone any more: something else has happened to %(who)s since."),
    "undo_taken": N_("This cannot be undone: %(tables)s is taken by %(who)s now. Nothing was changed."),
    "internal_error": N_("Something went wrong on our side. Nothing was changed."),
}


# Why a booking of another system has no table.
IMPORTED: Final[Mapping[str, str]] = {
    "outside_service": N_("Parties are not seated at that time."),
    "seated_elsewhere": N_("They are seated; say where."),
}
# What a broken rule says; `hard` ones nobody can set aside.
RULES: Final[Mapping[str, str]] = {
    "too_many_tables": N_("One party may not take that many tables."),
    "zones_differ": N_("Joined tables must stand in one zone."),
    "fixed_table_joined": N_("A fixed table cannot be joined."),
    "too_few_seats": N_("Too few seats for this party."),
    "not_accessible": N_("The party needs an accessible table; none of these is."),
    "unlisted_join": N_("These tables are not listed as a join."),
    "extra_chair": N_("It needs extra chairs."),
    "min_party": N_("The table is kept for larger parties."),
    "surplus_table": N_("The party could do without one of the tables."),
    "promised_zone": N_("The party was promised another zone."),
    "pacing": N_("As many guests already start then as the house takes."),
    "outside_service": N_("It is outside the service."),
    "notice": N_("It is shorter notice than the house asks for."),
    "horizon": N_("It is further ahead than the house books."),
    "review_size": N_("Parties of this size are looked at by a person."),
}


def sentence(fault: MaitredError) -> str:
    """Say what went wrong, and where."""
    if isinstance(fault, NeedsOverride) and fault.data.get("rules"):
        return " ".join(rule_words(rule["code"], rule["message"]) for rule in fault.data["rules"])
    known = SENTENCES.get(fault.reason_code)
    if known is None:
        return gettext(fault.message)
    try:
        return gettext(known) % fault.data
    except (KeyError, TypeError):
        return gettext(fault.message)


def rule_words(code: str, message: str) -> str:
    """Say a rule."""
    return gettext(RULES[code]) if code in RULES else message


def told(line: Mapping[str, Any]) -> str:
    """Say a line of an explanation as it is kept: from its code and data, in any language."""
    return say(str(line["code"]), line["data"], present())


def explained(explanation: Mapping[str, Any] | None, *, remedies: bool = False) -> str:
    """Say an explanation as it is kept, without the lines that only staff who decide need."""
    if not explanation:
        return ""
    lines = [*explanation["lines"], *(explanation["remedies"] if remedies else ())]
    return " ".join(told(line) for line in lines)


def reason_in_words(code: str, data: Mapping[str, Any]) -> str:
    """Say a reason: by its explanation, which has the figures, or else in general."""
    known = explained(data.get("explanation"))
    if known:
        return known
    if code == ReasonCode.IMPORTED and data.get("rule") in IMPORTED:
        return f"{gettext(WORDS[ReasonCode.IMPORTED])} {gettext(IMPORTED[data['rule']])}"
    if code == ReasonCode.REQUESTED and "was" in data:
        return gettext("The restaurant has declined the request.")
    return gettext(WORDS[ReasonCode(code)]) if code in set(ReasonCode) else code.replace("_", " ")


def why(booking: Booking) -> str:
    """Return the reason a booking carries, in words."""
    return reason_in_words(booking.reason_code, booking.reason_data or {}) if booking.reason_code else ""
