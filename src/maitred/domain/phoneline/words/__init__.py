"""What words mean on the phone line, one module a language, and all of them together in `lexicon`.

A language lists, for each sense, its values and the phrases that have them, parted by semicolons and written without
accents. Phrases may have several words; the longest that fits is what was said.
"""


def listed(text: str) -> frozenset[str]:
    """Return the words of a text, each once."""
    return frozenset(text.split())
