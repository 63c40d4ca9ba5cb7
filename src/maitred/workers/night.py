"""The night loop: looks every few seconds at whatever runs late on the floor."""

from maitred.domain.booking import Actor
from maitred.usecases.desk import Desk
from maitred.usecases.night import follow_nights


class Night:
    """Follows the nights under way; safe to run in any number of processes, each day is looked at under its lock."""

    def __init__(self, desk: Desk, actor: Actor) -> None:
        self._desk = desk
        self._actor = actor

    async def step(self) -> None:
        """Look once."""
        await follow_nights(self._desk, self._actor)
