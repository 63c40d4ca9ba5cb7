"""One mode for every restaurant, from the settings."""

from dataclasses import dataclass

from maitred.flags.port import Mode


@dataclass(frozen=True, slots=True)
class StaticFlags:
    """The provider for who has no database to read rules from."""

    pipeline: Mode
    killed: bool = False
    shadowing: bool = False
    stale_s: float | None = None

    @property
    def settings(self) -> Mode:
        """The one mode there is."""
        return self.pipeline

    def mode(self, restaurant: str) -> Mode:  # noqa: ARG002 - the port's signature
        """Return the one mode there is."""
        return self.pipeline
