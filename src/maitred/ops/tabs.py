"""The screens of a restaurant, in the order of a shift, and the letter that goes to each after `g`."""

from dataclasses import dataclass, replace
from typing import Final

from maitred.texts import N_
from maitred.usecases.people import Role


@dataclass(frozen=True, slots=True)
class Tab:
    """One screen: its path under the restaurant's, its name, its letter and its sign."""

    path: str
    words: str
    key: str
    glyph: str
    role: Role = Role.VIEWER
    url: str = ""
    here: bool = False

    def at(self, url: str, present: str) -> "Tab":
        """Return the tab with its address, marked when the present page belongs to it."""
        return replace(self, url=url, here=present == url or present.startswith(url + "/"))


TABS: Final = (
    Tab("now", N_("Door"), "n", "⌂"),
    Tab("bookings", N_("Bookings"), "b", "≡"),
    Tab("timeline", N_("Timeline"), "t", "▤"),
    Tab("review", N_("Review"), "r", "▲", Role.HOST),
    Tab("floor", N_("Floor"), "f", "▦"),
    Tab("heatmap", N_("Heatmap"), "h", "▥"),
)  # fmt: skip
# Otherwise in the menu: only when guests were not reached it is as pressing as the screens of a shift.
MESSAGES: Final = Tab("messages", N_("Messages"), "m", "✉", Role.HOST)
