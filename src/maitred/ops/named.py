"""Sentences as staff read them: guests' names where what was kept has the references of their bookings."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from maitred.ops.visit import Visit
from maitred.texts import gettext
from maitred.usecases.timeline import Timeline

_CLEARED: Final = re.compile(r"Being cleared after (.+)\.")
T = TypeVar("T", bound=Any)


async def with_names(visit: Visit, items: Sequence[T], field: str) -> list[T]:
    """Return items of which one field is a sentence, with names in it."""
    told = await visit.named(*(getattr(one, field) or "" for one in items))
    return [replace(one, **{field: closed_words(said)}) if said else one for one, said in zip(items, told, strict=True)]


async def plan_with_names(visit: Visit, plan: Timeline) -> Timeline:
    """Return a day of which closed tables say after whom they are cleared."""
    bars = [bar for row in plan.bars.values() for bar in row]
    named = iter(await with_names(visit, bars, "reason"))
    return replace(plan, bars={table: tuple(next(named) for _ in row) for table, row in plan.bars.items()})


def closed_words(reason: str) -> str:
    """Say why a table is closed: what the program noted in the reader's language, a person's words as they are."""
    found = _CLEARED.fullmatch(reason)
    return gettext("Being cleared after %(guest)s.") % {"guest": found[1]} if found else reason
