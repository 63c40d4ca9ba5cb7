"""Parts of pages that are the same until something they show changes: rendered once, for every screen that shows them.

A page of a full day is hundreds of rows of which a change touches one, and each open screen reads it again. The key of
a part has all that it depends on, so nothing has to be dropped when something changes; what is not used any more goes
when there are too many.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from markupsafe import Markup

MOST: Final = 8_000


def first_in_order(part: Markup) -> Markup:
    """Return a part with its first element in the tab order: of rows and cells that are walked by keys one is."""
    return Markup(str(part).replace('tabindex="-1"', 'tabindex="0"', 1))  # noqa: S704 - it was escaped before


class Fragments:
    """Parts by their keys, those used last at the end."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()

    def get(self, key: Hashable, render: Callable[[], str]) -> Markup:
        """Return a part, rendered if it is not known."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        made = self._kept[key] = Markup(render())  # noqa: S704 - templates escape what they are given
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made
