"""Faults as sentences: those that a person at a screen meets are translated, by their code."""

from collections.abc import Mapping
from typing import Final

from maitred.domain.errors import MaitredError
from maitred.texts import N_, gettext

# An error's own sentence has the figures and names, so what is here must say as much.
SENTENCES: Final[Mapping[str, str]] = {
    "stale_version": N_(
        "Somebody changed this booking a moment ago. The page shows it as it is now; look and try again."
    ),
    "not_found": N_("There is nothing here, or you may not see it."),
    "forbidden": N_("Your role does not allow this here."),
    "unauthenticated": N_("The address or the password is wrong."),
    "try_later": N_("Too many wrong passwords. Try again in %(seconds)s seconds."),
    "claimed": N_("%(claimed_by)s is working on this one."),
    "database_unavailable": N_("The database does not answer. Nothing was changed; try again in a moment."),
    "redis_unavailable": N_("The lock server does not answer. Nothing was changed; try again in a moment."),
    "lock_busy": N_("Somebody else is changing this evening right now. Try again."),
    "internal_error": N_("Something went wrong on our side. Nothing was changed."),
}


def sentence(fault: MaitredError) -> str:
    """Say what went wrong, and where."""
    known = SENTENCES.get(fault.reason_code)
    if known is None:
        return gettext(fault.message)
    try:
        return gettext(known) % fault.data
    except (KeyError, TypeError):
        return gettext(fault.message)
