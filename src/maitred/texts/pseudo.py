"""A language nobody speaks, written from right to left: it shows what is not translated and what does not mirror.

Every letter gets an accent and every text grows by about a third, as German does; what is plain on a page in this
language never went through the catalogues.
"""

import re
from gettext import NullTranslations
from typing import Final

PSEUDO: Final = "ar-XB"
_ACCENTED: Final = str.maketrans("aeiouAEIOUcnsyz", "àéîöûÀÉÎÖÛçñšýž")
_PLACEHOLDER: Final = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>|&\w+;)")


def pseudo(message: str) -> str:
    """Return a message as this language has it; placeholders and tags stay as they are."""
    parts = _PLACEHOLDER.split(message)
    letters = "".join(part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(parts))
    return f"[{letters}{'·' * (len(message) // 3)}]"


class PseudoTranslations(NullTranslations):
    """A catalogue that has everything."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002
        return pseudo(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002
        return pseudo(msgid1 if n == 1 else msgid2)
