"""The shadow's loop: what came in for restaurants in shadow is decided once more (usecases/shadow.py)."""

from typing import Final

from maitred.usecases.desk import Desk
from maitred.usecases.shadow import follow

ROUNDS: Final = 50  # batches in one step; what is left comes with the next


class Shadow:
    """Follows restaurants in shadow."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def step(self) -> None:
        """Decide until nothing is left, or for a while."""
        for _ in range(ROUNDS):
            if not await follow(self._desk):
                return
