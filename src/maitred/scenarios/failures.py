"""How a command can end without having done its work: each failure is lines for a person.

These are no part of the domain's error tree: nothing on the server raises them, no status maps to them.
"""

from collections.abc import Sequence

from maitred.domain.document import Fault


class CommandFailure(Exception):
    """The command cannot go on: its text says why in short, `details` more of it, one a line."""

    def __init__(self, summary: str, details: Sequence[str] = ()) -> None:
        super().__init__(summary)
        self.details = tuple(details)


class BadFile(CommandFailure):
    """A file cannot be read or written, is not JSON, or is another kind of file than the command takes."""


class BadOption(CommandFailure):
    """An option of the command line makes no sense; the text names it and its rule."""


class FaultyDocument(CommandFailure):
    """A document was read and is wrong; `faults` names every field and rule."""

    def __init__(self, what: str, faults: Sequence[Fault]) -> None:
        count = f"{len(faults)} fault" + ("" if len(faults) == 1 else "s")
        super().__init__(f"{what} has {count}:", [f"{f.path or '(whole)'}: {f.message} [{f.code}]" for f in faults])
        self.faults = tuple(faults)


class ScenarioInvalid(FaultyDocument):
    """A scenario file breaks its format."""
