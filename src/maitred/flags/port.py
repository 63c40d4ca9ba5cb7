"""The feature flag `feat.booking_pipeline.v1`: which way a restaurant's bookings are decided."""

from enum import StrEnum
from typing import Final, Protocol

PIPELINE_FLAG: Final = "feat.booking_pipeline.v1"


class Mode(StrEnum):
    """OFF: the same use case inside the request. ON: the pipeline decides, the request only accepts.

    SHADOW: as OFF, and the engine decides once more beside it, without taking a seat.
    """

    OFF = "off"
    SHADOW = "shadow"
    ON = "on"


class Flags(Protocol):
    """Where the mode of a restaurant is looked up; never raises, and answers from memory."""

    def mode(self, restaurant: str) -> Mode:
        """Return the mode of the pipeline for a restaurant (its slug)."""
        ...

    @property
    def settings(self) -> Mode:
        """The mode of the settings, for restaurants that no rule speaks of."""
        ...

    @property
    def killed(self) -> bool:
        """Whether the pipeline is switched off everywhere, so that nothing is to be consumed."""
        ...

    @property
    def shadowing(self) -> bool:
        """Whether any restaurant can be in shadow."""
        ...

    @property
    def stale_s(self) -> float | None:
        """For how long the flags could not be read, seconds; None while what is known is fresh."""
        ...
