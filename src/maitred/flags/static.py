"""One mode for every restaurant, from the settings."""

from dataclasses import dataclass

from maitred.flags.port import Mode


@dataclass(frozen=True, slots=True)
class StaticFlags:
    """The provider for deployments that do not roll out step by step."""

    pipeline: Mode

    def mode(self, restaurant: str) -> Mode:  # noqa: ARG002 - the port's signature
        """Return the one mode there is."""
        return self.pipeline
