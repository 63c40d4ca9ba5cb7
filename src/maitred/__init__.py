"""maitred: the maître d' as a daemon, an event-driven restaurant booking pipeline."""

__version__ = "0.1.0"
