"""What can go wrong below the application: for the operator at the terminal, never for a caller of the API.

That is why these are not leaves of `domain.errors`, whose every leaf has an HTTP status.
"""


class EmbeddedError(Exception):
    """The root of what this package raises; the message is one or more sentences for an operator."""


class EngineNotFound(EmbeddedError):
    """No usable server binary was found where it may be."""


class EngineFailed(EmbeddedError):
    """A server would not start, or its data cannot be used."""


class DataDirInUse(EmbeddedError):
    """Another process already runs on this data directory."""


class DataDirUnusable(EmbeddedError):
    """The data directory cannot be created, or the account the engines run as cannot enter it."""
