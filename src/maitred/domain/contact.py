"""How people are reached: email addresses and phone numbers, read one way wherever they come in.

What is read with certainty is kept in one form; anything else is refused with the rule that it breaks.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, ValidatedEmail, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from maitred.domain.errors import InvalidInput

LONGEST_EMAIL: Final = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets

# A house's own mail server may know these; the library's list is the only way to say so.
for _own in {"local", "localhost", "test"} & set(SPECIAL_USE_DOMAIN_NAMES):
    SPECIAL_USE_DOMAIN_NAMES.remove(_own)

# Characters of other categories that show nothing: fillers, the empty Braille cell, what chooses a glyph's variant.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159") | frozenset(
    chr(code) for span in (range(0xFE00, 0xFE10), range(0x180B, 0x1810), range(0xE0100, 0xE01F0)) for code in span
)
_BLANK_KINDS: Final = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})
_ODD_DOTS: Final = re.compile(r'"\.|\.\.|\."')  # quotes allow them, but mail libraries drop needless quotes
_DASHES: Final = frozenset("\u2212\u30fc\uff70")  # a minus and the long vowel of kana, typed for a dash
_PHONE: Final = re.compile(r"(tel:)?\s*\(?\s*\+?[0-9 ()./-]+", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"(;\s*ext=|ext\.?|x|#|durchwahl|poste)\s*[0-9]{1,7}\s*$", re.IGNORECASE)
_OWN_BRACKETS: Final = re.compile(r"^\(\s*(\+[0-9]{1,3})\s*\)")
_TRUNK: Final = re.compile(r"\(\s*0\s*\)")
_CELL: Final = re.compile(r"(\+?[0-9]{6,15})\.0")  # a number as spreadsheets write it
_FEWEST_DIGITS: Final = 5


def trimmed(text: str) -> str:
    """Return a text without the blank and invisible characters around it."""
    begin, end = 0, len(text)
    while begin < end and _shows_nothing(text[begin]):
        begin += 1
    while end > begin and _shows_nothing(text[end - 1]) and not _varies(text, end - 1):
        end -= 1
    return text[begin:end]


def blank(text: str) -> bool:
    """Tell whether a text has nothing that can be seen."""
    return all(_shows_nothing(character) for character in text)


def _shows_nothing(character: str) -> bool:
    return character in _BLANK or unicodedata.category(character) in _BLANK_KINDS


def _varies(text: str, place: int) -> bool:
    """Tell whether a character chooses how the one before it looks, as in the red heart."""
    return unicodedata.category(text[place]) == "Mn" and not _shows_nothing(text[place - 1])


# -- email -------------------------------------------------------------------------------------------------------------


def email_address(text: str, field: str = "email", *, local: bool = False, plain: bool = False) -> str:
    """Return an address as it is kept; raises InvalidInput for one that our mailer could not send to.

    The part before the @ is kept as it is, the domain in small letters and in its own script. `local` also takes
    addresses of this machine, which have no dot. `plain` takes ASCII only before the @: any other letters need
    SMTPUTF8, which our mailer speaks, but not every server that it may be given to speak to.
    """
    bare = _bare(text)
    for character in bare:
        if _shows_nothing(character) and character != " ":
            raise _no_email(f"The address has an invisible character, {named(character)}.", field)
    if "(" in bare or ")" in bare:
        raise _no_email("An address is written without comments in brackets.", field)
    found = _validated(bare, field, plain=plain)
    if found.local_part.startswith('"') and _ODD_DOTS.search(found.local_part):
        raise _no_email("Before the @ of an address, a dot is neither first nor last, nor beside another.", field)
    domain = found.ascii_domain or ""
    if not local and "." not in domain:
        raise _no_email("An address has the form name@domain: its domain has a dot.", field)
    if domain.rpartition(".")[2].isdecimal():
        raise _no_email("After the @ of an address is the name of a domain, not a number.", field)
    return found.normalized


def email_as_sent(address: str) -> str:
    """Return an address as mail servers take it: its domain is in ASCII. Raises InvalidInput."""
    found = _validated(address, "email")
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def named(character: str) -> str:
    """Return the name of a character that cannot be seen."""
    return f"{unicodedata.name(character, 'a control character')} (U+{ord(character):04X})"


def _bare(text: str) -> str:
    """Return what was meant as the address: without blanks, angle brackets and `mailto:` around it."""
    bare = trimmed(text)
    if bare.startswith("<") and bare.endswith(">"):
        bare = trimmed(bare[1:-1])
    if bare[:7].lower() == "mailto:":
        bare = trimmed(unquote(bare[7:], errors="strict") if _escapes(bare) else bare[7:])
    return bare


def _escapes(link: str) -> bool:
    """Tell whether all percent signs of a link begin an escape of a printable character (RFC 6068, 2)."""
    return "%" in link and re.fullmatch(r"([^%]|%[2-7][0-9A-Fa-f])*", link) is not None


def _validated(address: str, field: str, *, plain: bool = False) -> ValidatedEmail:
    try:
        found = validate_email(
            address, allow_smtputf8=not plain, allow_quoted_local=True, check_deliverability=False,
            globally_deliverable=False, strict=True,
        )  # fmt: skip
    except EmailNotValidError as fault:
        raise _no_email(str(fault), field) from None
    if len(f"{found.local_part}@{found.ascii_domain}".encode()) > LONGEST_EMAIL:
        raise _no_email(f"An address has {LONGEST_EMAIL} characters at most.", field)
    return found


def _no_email(rule: str, field: str) -> InvalidInput:
    return InvalidInput(rule, field=field, code="invalid_email")


# -- phone -------------------------------------------------------------------------------------------------------------


def phone_number(text: str, country: str | None, field: str = "phone") -> str:
    """Return a number in E.164; raises InvalidInput for what is no number, and for what could be two.

    A number without `+` or `00` is one of `country`; without a country it is refused.
    """
    typed = _typed(text)
    if _EXTENSION.search(typed):
        raise _no_phone("Write the number without an extension, and the extension in the notes.", field)
    if not _PHONE.fullmatch(typed):
        raise _no_phone("A phone number has digits, spaces, dots, dashes and brackets, and a + in front.", field)
    plain = _OWN_BRACKETS.sub(r"\1", re.sub(r"^tel:", "", typed, flags=re.IGNORECASE).strip())
    abroad = plain.startswith(("+", "00"))
    if not abroad and not country:
        raise _no_phone("Write the phone number in international form: + and country code first.", field)
    found = _certain([number for reading in _readings(plain) if (number := _parsed(reading, country))])
    if len(found) > 1:
        raise _no_phone("This could be two phone numbers; write it with + and the country code.", field)
    if not found:
        where = "No country has" if abroad else f"The restaurant's country ({country}) has no"
        raise _no_phone(f"{where} phone numbers of this length and form.", field)
    return str(phonenumbers.format_number(found[0], PhoneNumberFormat.E164))


def digits_of(text: str) -> str:
    """Return the digits of a text, whatever script they are written in, as 0 to 9."""
    return "".join(str(unicodedata.decimal(one)) for one in text if unicodedata.category(one) == "Nd")


def _typed(text: str) -> str:
    """Return a number in ASCII: every script's digits, dashes and blanks, without what shows nothing."""
    written = (_plain_sign(one) for one in unicodedata.normalize("NFKC", text))
    typed = " ".join("".join(written).split())
    return _CELL.sub(r"\1", typed) if _CELL.fullmatch(typed) else typed


def _plain_sign(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character in _DASHES:
        return "-"
    if category == "Zs":
        return " "
    return "" if category == "Cf" else character


def _readings(plain: str) -> list[str]:
    """Return how a number can be meant. `(0)` after a country code is dialled inside most countries only."""
    without = _TRUNK.sub(" ", plain, count=1)
    abroad = plain.startswith(("+", "00"))
    written = [plain, without] if abroad and without != plain else [plain]
    # Some countries dial out by other figures that begin with 00, as Australia by 0011.
    return [reading for one in written for reading in ([one, f"+{one[2:]}"] if one.startswith("00") else [one])]


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    if sum(one.isdigit() for one in text) < _FEWEST_DIGITS:
        return None
    try:
        own = _with_own_code(text, country)
        number = own or phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def _with_own_code(text: str, country: str | None) -> PhoneNumber | None:
    """Read 49171... in Germany as +49 171...: nobody writes a national number that way by chance."""
    code = str(phonenumbers.country_code_for_region(country)) if country else ""
    if not code or not text.startswith(code):
        return None
    number = phonenumbers.parse(f"+{text}", None)
    return number if phonenumbers.is_valid_number(number) else None


def _certain(found: list[PhoneNumber]) -> list[PhoneNumber]:
    """Return the numbers that were found, each once; ones that are in use before ones that only could be."""
    unique = {phonenumbers.format_number(one, PhoneNumberFormat.E164): one for one in found}
    in_use = [one for one in unique.values() if phonenumbers.is_valid_number(one)]
    return in_use or list(unique.values())


def _no_phone(rule: str, field: str) -> InvalidInput:
    return InvalidInput(rule, field=field, code="invalid_phone")
