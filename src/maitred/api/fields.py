"""The types of single fields: what a name, a phone number, a language tag may look like.

Text never carries control characters (a NUL cannot be stored, an escape sequence would reach a host's terminal),
and every text and list has a bound.
"""

import re
import unicodedata
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from maitred.domain.contact import email_address, phone_number, trimmed
from maitred.domain.errors import InvalidInput

MAX_PARTY: Final = 1000  # the schema's own bound; the venue's is far below and says so itself

_ANY_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*")
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, lone surrogates, separators of lines
_LINE_BREAKS: Final = frozenset("\n\r\t")


class Strict(BaseModel):
    """A request's body or query: unknown fields are errors, and nothing is converted behind the caller's back."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _printable(text: str) -> str:
    return _checked(text, frozenset())


def _printable_lines(text: str) -> str:
    return _checked(text, _LINE_BREAKS)


def _checked(text: str, allowed: frozenset[str]) -> str:
    if not text.isprintable():  # quick for nearly every text
        for character in text:
            if unicodedata.category(character) in _UNPRINTABLE and character not in allowed:
                raise PydanticCustomError(
                    "control_character", "The text has a control character, U+{code}", {"code": f"{ord(character):04X}"}
                )
    return text


def _visible(text: str) -> str:
    """Return a text without what shows nothing around it; one that shows nothing at all is empty, and too short."""
    seen = trimmed(text)
    if not seen:
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return seen


def _email(text: str) -> str:
    try:
        return email_address(text)
    except InvalidInput as fault:
        raise _refusal(fault) from None


def _any_email(text: str) -> str:
    """Return an address to look for: one that was kept under older rules is found as it was kept."""
    try:
        return email_address(text)
    except InvalidInput as fault:
        if not _ANY_EMAIL.fullmatch(text):
            raise _refusal(fault) from None
        return text


def _phone(text: str, info: ValidationInfo) -> str:
    """Return the number in E.164; a national one is of the country that whoever validates names (`in_country`)."""
    try:
        return phone_number(text, (info.context or {}).get("country"))
    except InvalidInput as fault:
        raise _refusal(fault) from None


def in_country(country: str | None) -> dict[str, str | None]:
    """Return the context of validation in which national phone numbers are of a country."""
    return {"country": country}


def _refusal(fault: InvalidInput) -> PydanticCustomError:
    # The sentence is data: it may have braces.
    return PydanticCustomError(fault.reason_code, "{rule}", {"rule": fault.message})


def _locale(text: str) -> str:
    if not _LOCALE.fullmatch(text):
        raise PydanticCustomError("invalid_locale", "A locale is a BCP 47 language tag such as en-GB")
    return text


def _text(longest: int, *, shortest: int = 1) -> Any:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=shortest, max_length=longest)


Line = AfterValidator(_printable)
PartySize = Annotated[StrictInt, Field(ge=1, le=MAX_PARTY, examples=[4])]
Name = Annotated[str, _text(200), Line, AfterValidator(_visible), Field(examples=["Ada Lovelace"])]
Email = Annotated[str, _text(254), Line, AfterValidator(_email), Field(examples=["ada@example.com"])]
AnyEmail = Annotated[str, _text(254), Line, AfterValidator(_any_email), Field(examples=["ada@example.com"])]
Phone = Annotated[str, _text(40), Line, AfterValidator(_phone), Field(examples=["+44 20 7946 0958"])]
Locale = Annotated[str, _text(35), Line, AfterValidator(_locale), Field(examples=["en-GB"])]
Notes = Annotated[str, _text(2000), AfterValidator(_printable_lines), Field(examples=["A quiet corner, please."])]
Sentence = Annotated[str, _text(500), Line]
Label = Annotated[str, _text(100), Line]
Moment = Annotated[str, _text(40), Line]
Flag = StrictBool
Rule = Annotated[str, _text(40), Line, Field(examples=["pacing"])]
Scope = Literal["bookings:read", "bookings:write", "staff", "override", "review", "venues:write", "admin"]
