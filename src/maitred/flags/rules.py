"""How a restaurant's mode follows from what was said of a flag: kill switch, override, opt-in, percentage, default."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from maitred.flags.port import PIPELINE_FLAG, Mode

_PARTS: Final = 10_000  # hundredths of a percent


class Rule(StrEnum):
    """What decided, in the order of asking; SETTINGS is the default of the settings, while the table says nothing."""

    KILLED = "killed"
    OVERRIDE = "override"
    OPTED_IN = "opted_in"
    PERCENTAGE = "percentage"
    DEFAULT = "default"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one restaurant; `mode` None: no override."""

    mode: Mode | None = None
    opted_in: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """A mode and the rule it comes from."""

    mode: Mode
    rule: Rule


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that was said of a flag. `settings` is the mode of a process that was told nothing else."""

    settings: Mode
    flag: str = PIPELINE_FLAG
    killed: bool = False
    default: Mode | None = None
    percentage: int | None = None
    restaurants: Mapping[str, Said] = field(default_factory=dict)
    revision: int = 0

    @property
    def shadowing(self) -> bool:
        """Whether any restaurant can be in shadow."""
        said = any(one.mode is Mode.SHADOW for one in self.restaurants.values())
        return not self.killed and (said or Mode.SHADOW in (self.default, self.settings))

    def resolve(self, restaurant: str) -> Resolution:
        """Return the mode of a restaurant (its slug)."""
        if self.killed:
            return Resolution(Mode.OFF, Rule.KILLED)
        said = self.restaurants.get(restaurant, _NOTHING)
        if said.mode is not None:
            return Resolution(said.mode, Rule.OVERRIDE)
        if said.opted_in:
            return Resolution(Mode.ON, Rule.OPTED_IN)
        return self._of_everybody(restaurant)

    def _of_everybody(self, restaurant: str) -> Resolution:
        if self.percentage is not None and within(self.flag, restaurant, self.percentage):
            return Resolution(Mode.ON, Rule.PERCENTAGE)
        if self.default is not None:
            return Resolution(self.default, Rule.DEFAULT)
        # Who is not in by a percentage is off: were they on by the settings, it would mean nothing.
        if self.percentage is not None:
            return Resolution(Mode.OFF, Rule.PERCENTAGE)
        return Resolution(self.settings, Rule.SETTINGS)


_NOTHING: Final = Said()


def within(flag: str, restaurant: str, percentage: int) -> bool:
    """Tell whether a restaurant is among the first so many percent, by a hash that never changes.

    Who is in at 5 is in at 25: the place of a restaurant does not depend on the percentage.
    """
    return place_of(flag, restaurant) < percentage * (_PARTS // 100)


def place_of(flag: str, restaurant: str) -> int:
    """Return the place of a restaurant in a flag's line, 0 to 9,999; every flag has a line of its own."""
    digest = hashlib.sha256(f"{flag}:{restaurant}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _PARTS
