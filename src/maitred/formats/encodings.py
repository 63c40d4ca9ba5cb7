"""From bytes to text: by the mark at the beginning, as UTF-8, or as told; what would be garbled is refused.

A file in one of the many single-byte encodings can be decoded by any of them, each time to other letters. So it is
only read when somebody says which it is, and refused when the outcome does not look like words.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

from maitred.domain.errors import InvalidInput
from maitred.formats.refusals import refused

_NO_TEXTS: Final = (
    (b"PK\x03\x04", "a workbook (.xlsx, .ods) or an archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "compressed"),
    (b"<", "a web page or XML"),
)
# Longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_ENCODINGS: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf_7"}
)
_HEAD: Final = 4096
_MOST_GARBLED: Final = 0.1  # the share of words with foreign letters that may look wrong
_SHOWN: Final = 3
# "Ã¼": two or more characters that one character of UTF-8 becomes when it is read as cp1252.
_TWICE: Final = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]{1,3}")
_WORD: Final = re.compile(r"[^\s,;|\"]+")
# Signs inside a word, a sign for money before small letters, a capital among small letters, no plain letter for long,
# an ø where it never stands (Dvořák read as cp1252).
_ODD: Final = re.compile(
    r"[^\W\d_][¹²³¼½¾¤¦¥£¢§©¬®°±¶¿†‡•‰‹›¯][^\W\d_]|[£¥¤¦§]\s?[a-z]{2}|[a-z][À-ÖØ-ÞŠŒŽŸ](?![A-ZÀ-Þ])[a-z]|[À-ÖØ-öø-ÿ]{4}"
    r"|ø[áéíóúýžš]|[oáéíóúý]ø",
    re.UNICODE,
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, and the encoding by which it was read."""

    text: str
    encoding: str


def known_encoding(name: str) -> bool:
    """Tell whether this is the name of an encoding of texts."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return found.name.replace("-", "_") not in _NO_ENCODINGS and bool(getattr(found, "_is_text_encoding", False))


def decoded(content: bytes, told: str | None = None) -> Decoded:
    """Return the text of a file; raises InvalidInput when it cannot be told, or what was told cannot be true."""
    _is_text(content)
    mark, marked = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", None))
    if told is not None:
        return _as_told(content, told, mark, marked)
    found = marked or _without_mark(content)
    if found:
        return _checked(_strict(content[len(mark) :], found), found)
    try:
        return _checked(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as fault:
        raise _not_utf8(content, fault) from None


def _is_text(content: bytes) -> None:
    """Refuse a file that only a program can open, by what it begins with."""
    begins = content[:100].removeprefix(codecs.BOM_UTF8).lstrip()
    kind = next((kind for sign, kind in _NO_TEXTS if begins.startswith(sign)), None)
    if kind:
        message = f"The file is {kind}, no text; open it and save the sheet with the bookings as CSV (UTF-8)."
        raise refused("file", "not_a_table", message)


def _as_told(content: bytes, told: str, mark: bytes, marked: str | None) -> Decoded:
    """Read a file as its encoding was given; a mark and the bytes themselves may prove that wrong."""
    name = codecs.lookup(told).name
    if marked and not name.replace("_", "-").startswith(marked[:6].rstrip("-")):
        raise refused("encoding", "wrong_encoding", f"The file begins with the mark of {marked}, so it is not {told}.")
    if marked:
        return Decoded(_strict(content[len(mark) :], marked), marked)
    if not name.startswith("utf"):
        _not_unicode(content, told)
    text = _strict(content, name)
    if not name.startswith("utf"):
        _looks_right(text, told)
    return Decoded(text, name)


def _strict(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        message = f"Line {line} has bytes that are no {name} (byte {fault.start}); say `encoding` in a mapping."
        raise refused("encoding", "undecodable", message) from None


def _without_mark(content: bytes) -> str | None:
    """Return which UTF-16 this is by where its zeros stand; texts of one byte a letter have none."""
    head = content[:_HEAD]
    pairs = len(head) // 2
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(content) % 2 or not pairs or max(even, odd) < pairs * 0.3 or min(even, odd) > pairs * 0.05:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _checked(text: str, encoding: str) -> Decoded:
    """Refuse a text that somebody garbled before: what it said cannot be known from it."""
    if "�" in text:
        line = text[: text.index("�")].count("\n") + 1
        message = f"Line {line} has a replacement character (U+FFFD): letters were lost when the file was made."
        raise refused("encoding", "garbled_text", f'{message} Export it again, or say "encoding": "{encoding}".')
    twice = list(_twice(text))
    foreign = len(_foreign_words(text))
    if twice and len(twice) > foreign * (1 - _MOST_GARBLED):
        shown = ", ".join(twice[:_SHOWN])
        message = f"The file has {shown}: UTF-8 that was read as another encoding and saved again."
        raise refused("encoding", "garbled_text", f'{message} Export it again, or say "encoding": "{encoding}".')
    return Decoded(text, encoding)


def _foreign_words(text: str) -> list[str]:
    """Return the words that have letters beyond ASCII."""
    return [] if text.isascii() else [word for word in _WORD.findall(text) if not word.isascii()]


def _twice(text: str) -> Iterator[str]:
    """Yield words that were encoded in UTF-8 twice."""
    for word in _foreign_words(text):
        if _TWICE.search(word):
            try:
                if word.encode("cp1252").decode("utf-8") != word:
                    yield word
            except UnicodeError:
                continue


def _not_unicode(content: bytes, told: str) -> None:
    """Refuse a single-byte encoding for a file that is plainly UTF-8."""
    if content.isascii():
        return
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return
    raise refused("encoding", "wrong_encoding", f"The file is UTF-8; read as {told} its letters would be garbled.")


def _looks_right(text: str, told: str) -> None:
    words = _foreign_words(text)
    wrong = list(dict.fromkeys(word for word in words if _looks_wrong(word)))
    if len(wrong) > len(set(words)) * _MOST_GARBLED:
        shown = ", ".join(wrong[:_SHOWN])
        message = f"Read as {told} the file has words such as {shown!r}; it seems to be in another encoding."
        raise refused("encoding", "wrong_encoding", message)


def _looks_wrong(word: str) -> bool:
    controls = any("\x80" <= character <= "\x9f" for character in word)
    return controls or bool(_ODD.search(word)) or len(_scripts(word)) > 1


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(letter, "?").split(" ")[0] for letter in word if letter.isalpha())
    return {name for name in names if name in ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW")}


def _not_utf8(content: bytes, fault: UnicodeDecodeError) -> InvalidInput:
    """Return the error for a file in some other encoding, with what its first odd word would be in the likeliest."""
    line = content[: fault.start].count(b"\n") + 1
    begins = max(content.rfind(mark, 0, fault.start) for mark in (b"\n", b",", b";", b"\t", b" ", b'"')) + 1
    word = re.split(rb"[\r\n,;\t \"]", content[begins : begins + 60])[0]
    best = from_bytes(content[:100_000]).best()
    likely = dict.fromkeys(["cp1252", "cp1250", "cp1251", *([best.encoding] if best else [])])
    readings = {name: _reading(word, name) for name in likely}
    shown = ", ".join(f"{name} ({text})" for name, text in readings.items() if text and not _looks_wrong(text))
    message = f'The file is not UTF-8 (line {line}); say which encoding it has: --encoding, or "encoding" in a mapping.'
    return refused("encoding", "unknown_encoding", f"{message} It may be {shown}." if shown else message)


def _reading(word: bytes, name: str) -> str | None:
    try:
        return word.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None
