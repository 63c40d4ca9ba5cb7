"""What a language has to know for the engine's sentences to be said in it; English is here, the others in `texts`."""

from collections.abc import Sequence
from typing import Protocol


class Tongue(Protocol):
    """One language. The methods are called as gettext's are, so that its tools find the sentences."""

    def gettext(self, message: str) -> str:
        """Return a sentence in this language; names in it stand as `%(name)s`."""
        ...

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the form of a sentence for a count."""
        ...

    def listed(self, words: Sequence[str]) -> str:
        """Join words as a sentence does."""
        ...

    def clock(self, instant: str) -> str:
        """Write the time of an ISO instant as a clock at its own offset shows it."""
        ...

    def amount(self, value: float) -> str:
        """Write an amount of seats, with one decimal."""
        ...


class English:
    """The language the sentences are written in."""

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many

    def listed(self, words: Sequence[str]) -> str:
        return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

    def clock(self, instant: str) -> str:
        return instant[11:16]

    def amount(self, value: float) -> str:
        return f"{value:.1f}"
