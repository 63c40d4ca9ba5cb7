"""Email addresses and phone numbers as exports have them; the one place where either is judged."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult
from phonenumbers.phonemetadata import PhoneMetadata

from maitred.formats.refusals import Unread

_FLOAT: Final = re.compile(r"(\+?\d{6,15})[.,]0+")
_SCIENTIFIC: Final = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_TRUNK: Final = re.compile(r"(\+\d{1,3}[\s./-]*)\(0\)")
_FIGURES: Final = re.compile(r"\+?[\d\s()./\-]{3,40}")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A phone number in E.164, and whether the cell says more than that."""

    number: str
    more: bool = False


def email_of(text: str) -> str:
    """Return an address that our own mailer would accept; raises Unread."""
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError as fault:
        raise Unread("invalid_email", f"{text!r} is no e-mail address: {fault}") from None
    return found.normalized


def phone_of(text: str, country: str | None) -> Numbered:
    """Return a number in E.164; `country` completes national ones. Raises Unread.

    A spreadsheet takes the + or the 0 off, and may put .0 behind: what is left is read where it can be one number only.
    """
    tidy = _tidy(text)
    figures = re.sub(r"\D", "", tidy)
    if not _FIGURES.fullmatch(tidy) and not re.search(r"(ext|x|durchwahl)\.?\s*\d{1,6}$", tidy, re.IGNORECASE):
        raise Unread("invalid_phone", f"{text!r} is no phone number.")
    if tidy.startswith(("+", "00")):
        return _checked(text, _parsed("+" + tidy.lstrip("+") if tidy.startswith("+") else "+" + tidy[2:], None))
    return _checked(text, _national(text, tidy, figures, country))


def _national(text: str, tidy: str, figures: str, country: str | None) -> PhoneNumber:
    """Return one without + or 00: a national one, or one that has lost its +. Raises Unread."""
    national = _possible(_parsed(tidy, country) if country else None)
    own = _possible(_abroad(figures, country))
    if own and (phonenumbers.is_valid_number(own) or not national):
        return own
    if national is None:
        message = f"{text!r} is no number with its country (+44 ...); a mapping's `country` completes national ones."
        raise Unread("invalid_phone", message)
    # Where national numbers begin with 0, one without has lost it; or it has lost its + and is of another country.
    if not figures.startswith("0") and _begins_with_zero(country):
        elsewhere = _possible(_parsed("+" + figures, None))
        if elsewhere and phonenumbers.is_valid_number(elsewhere):
            raise Unread("ambiguous_phone", f"{text!r} may be a number of {country}, or +{figures}.")
    return national


def _begins_with_zero(country: str | None) -> bool:
    metadata = PhoneMetadata.metadata_for_region(str(country), None)
    return metadata is not None and metadata.national_prefix == "0"


def _possible(number: PhoneNumber | None) -> PhoneNumber | None:
    """Return a number that can be dialled from everywhere; None for one that lacks the code of its area, or figures."""
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    # A 0 that stays before a number is part of it in few countries; elsewhere it is too short to be taken off.
    return number if not number.italian_leading_zero or phonenumbers.is_valid_number(number) else None


def _tidy(text: str) -> str:
    """Return a number without what spreadsheets and texts put into it; raises Unread where figures were lost."""
    kept = (
        " " if unicodedata.category(one) == "Zs" else "-" if unicodedata.category(one) == "Pd" else one
        for one in unicodedata.normalize("NFKC", text)
        if unicodedata.category(one) != "Cf"
    )
    digits = "".join(str(unicodedata.digit(one)) if one.isdigit() else one for one in kept)
    tidy = re.sub(r"^tel:\s*", "", " ".join(digits.split()), flags=re.IGNORECASE)
    whole = _FLOAT.fullmatch(tidy)
    science = _SCIENTIFIC.fullmatch(tidy)
    if science:
        after, power = science[2] or "", int(science[3])
        if len(after) != power:
            raise Unread("figures_lost", f"A spreadsheet has cut the number to {text!r}; its last figures are gone.")
        return science[1] + after
    return whole[1] if whole else _TRUNK.sub(r"\1", tidy)


def _abroad(figures: str, country: str | None) -> PhoneNumber | None:
    """Return the number of figures that have lost their +: they begin with the country's own code."""
    code = phonenumbers.country_code_for_region(country) if country else 0
    if not code or figures.startswith("0") or not figures.startswith(str(code)):
        return None
    return _parsed("+" + figures, None)


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _checked(text: str, number: PhoneNumber | None) -> Numbered:
    if number is None or not phonenumbers.is_possible_number(number):
        raise Unread("invalid_phone", f"{text!r} is no phone number of this length and form.")
    return Numbered(phonenumbers.format_number(number, PhoneNumberFormat.E164), bool(number.extension))
