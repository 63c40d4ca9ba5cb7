"""Addresses and numbers as people write them: read one way, or refused with the rule."""

import pytest

from maitred.domain.contact import blank, email_address, email_as_sent, phone_number, trimmed
from maitred.domain.errors import InvalidInput
from maitred.guest.asking import who

ADDRESSES = [
    ("ann@example.com", "ann@example.com"),
    (" ann@example.com ", "ann@example.com"),
    ("<ann@example.com>", "ann@example.com"),
    ("< ann@example.com >", "ann@example.com"),
    ("mailto:ann@example.com", "ann@example.com"),
    ("MailTo:Ann.X@Example.COM", "Ann.X@example.com"),
    ("<mailto:ann%2Bx@example.com>", "ann+x@example.com"),
    ("mailto:100%@example.com", "100%@example.com"),
    ("\u200bann@example.com", "ann@example.com"),
    ("\u202aann@example.com\u202c", "ann@example.com"),
    ("\u00a0ann@example.com\u3000", "ann@example.com"),
    ("ann@example.com\u00ad", "ann@example.com"),
    ("\ufeffann@example.com\u2060", "ann@example.com"),
    ("ann@example.com\u3164", "ann@example.com"),
    ("o'brien+table@example.co.uk", "o'brien+table@example.co.uk"),
    ('"a b"@example.com', '"a b"@example.com'),
    ("ann@MÜNCHEN.example", "ann@münchen.example"),
    ("ann@xn--mnchen-3ya.example", "ann@münchen.example"),
    ("ann@faß.example", "ann@faß.example"),
    ("ann@उदाहरण.example", "ann@उदाहरण.example"),
    ("jörg@MÜNCHEN.example", "jörg@münchen.example"),
    ("анна@почта.example", "анна@почта.example"),
    ("ann@kitchen.local", "ann@kitchen.local"),
    ("ann@house.test", "ann@house.test"),
    (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
]
NO_ADDRESSES = {
    "ann,x@example.com": "','",
    "ann;x@example.com": "';'",
    ".ann@example.com": "start with a period",
    "ann.@example.com": "period",
    "ann..x@example.com": "two periods",
    "ann@example..com": "two periods",
    "ann@.example.com": "period",
    "ann@example.com.": "period",
    "ann@-example.com": "hyphen",
    "ann@exa_mple.com": "'_'",
    "ann(mobile)@example.com": "comments",
    "ann@example.com (Ann)": "comments",
    "Ann <ann@example.com>": "display name",
    "an\u200bn@example.com": "ZERO WIDTH SPACE (U+200B)",
    "ann@exam\u00adple.com": "SOFT HYPHEN (U+00AD)",
    "ann\u202e@example.com": "RIGHT-TO-LEFT OVERRIDE (U+202E)",
    "ann\u00a0x@example.com": "NO-BREAK SPACE (U+00A0)",
    "ann@exa\u2060mple.com": "WORD JOINER (U+2060)",
    "ann x@example.com": "SPACE",
    '"."@example.com': "dot",
    '".ann"@example.com': "dot",
    '"ann."@example.com': "dot",
    '"ann..x"@example.com': "dot",
    "ann@localhost": "dot",
    "ann@example": "dot",
    "ann@1.2.3.4": "number",
    "ann@[1.2.3.4]": "bracketed",
    "ann@example.invalid": "special-use",
    "ann": "@",
    "ann@@example.com": "@",
    "@example.com": "before the @-sign",
    "ann@example.com,bob@example.com": "@",
    "ann@xn--a.example": "IDNA",
    "": "@",
    "\u200b": "@",
    f"{'a' * 65}@example.com": "too long",
    f"ann@{'b' * 64}.com": "too many",
    f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com": "",
}


@pytest.mark.parametrize(("typed", "kept"), ADDRESSES)
def test_an_address_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    """What stands around an address goes, its domain is made small, and reading it again changes nothing."""
    assert email_address(typed) == kept
    assert email_address(kept) == kept
    assert email_as_sent(kept).rpartition("@")[2].isascii()


@pytest.mark.parametrize(("typed", "rule"), NO_ADDRESSES.items())
def test_what_cannot_be_sent_to_is_refused_with_its_rule(typed: str, rule: str) -> None:
    """The refusal names the field, and says what is wrong."""
    with pytest.raises(InvalidInput) as refusal:
        email_address(typed, "guest.email")
    assert (refusal.value.field, refusal.value.reason_code) == ("guest.email", "invalid_email")
    assert rule in refusal.value.message


def test_an_address_that_any_server_takes_is_ascii_before_the_at() -> None:
    """What the house sends from has to leave by every server."""
    with pytest.raises(InvalidInput, match="before the @-sign"):
        email_address("häuschen@example.com", plain=True)


def test_an_address_of_this_machine_is_for_its_own_people() -> None:
    """Who signs in may have an address without a dot; guests may not."""
    assert email_address("me@localhost", local=True) == "me@localhost"


def test_a_domain_is_sent_in_ascii() -> None:
    """Mail servers get A-labels."""
    assert email_as_sent("ann@münchen.example") == "ann@xn--mnchen-3ya.example"
    assert email_as_sent("ann@faß.example") == "ann@xn--fa-hia.example"


LONDON = "+442079460958"
NUMBERS = [
    ("+44 20 7946 0958", None, LONDON),
    ("+44 (0)20 7946 0958", None, LONDON),
    ("+44(0) 20 7946 0958", "US", LONDON),
    ("+44 020 7946 0958", None, LONDON),
    ("(+44) 20 7946 0958", None, LONDON),
    ("0044 20 7946 0958", "US", LONDON),
    ("0044 (0)20-7946-0958", None, LONDON),
    ("0011 44 20 7946 0958", "AU", LONDON),
    ("011 44 20 7946 0958", "US", LONDON),
    ("020 7946 0958", "GB", LONDON),
    ("(020) 7946.0958", "GB", LONDON),
    ("\u202a+44 20 7946 0958\u202c", None, LONDON),
    ("\u200e020\u00a07946\u20110958\u200f", "GB", LONDON),
    ("+44\u201320\u20147946\u22120958", None, LONDON),
    ("+44\u202f20\u20097946\u3000 0958", None, LONDON),
    ("＋４４（０）２０ー７９４６ー０９５８", None, LONDON),
    ("٠٢٠ ٧٩٤٦ ٠٩٥٨", "GB", LONDON),
    ("+۴۴ ۲۰ ۷۹۴۶ ۰۹۵۸", None, LONDON),
    ("\u2067٠٢٠ ٧٩٤٦ ٠٩٥٨\u2069", "GB", LONDON),
    ("९८४-१२३४५६७", "NP", "+9779841234567"),
    ("tel:+44-20-7946-0958", None, LONDON),
    ("TEL: 020 7946 0958", "GB", LONDON),
    ("447700900123", "GB", "+447700900123"),
    ("491711234567", "DE", "+491711234567"),
    ("01711234567.0", "DE", "+491711234567"),
    ("030/1234567", "DE", "+49301234567"),
    ("06.12.34.56.78", "FR", "+33612345678"),
    ("212 555 0111", "US", "+12125550111"),
    ("1 (212) 555-0111", "US", "+12125550111"),
    ("+39 (0)6 6988 3333", None, "+390669883333"),
    ("+39 06 6988 3333", "GB", "+390669883333"),
]
NO_NUMBERS = [
    ("020 7946 0958", None, "international"),
    ("555 0111", "US", "length"),
    ("+1 555 0111", None, "length"),
    ("+44 20", None, "length"),
    ("112", "GB", "length"),
    ("+999 1234567", None, "length"),
    ("+44 CALL-ME-NOW", None, "digits"),
    ("1-800-FLOWERS", "US", "digits"),
    ("++44 20 7946 0958", None, "digits"),
    ("4.91711E+11", "DE", "digits"),
    ("n/a", "GB", "digits"),
    ("020 7946 0958 / 07700 900123", "GB", "length"),
    ("+1 212 555 0111 x12", None, "extension"),
    ("tel:+44-20-7946-0958;ext=12", None, "extension"),
    ("020 7946 0958 #4", "GB", "extension"),
    ("+44 20 7946 0958 mobile", None, "digits"),
    ("\u200b", "GB", "digits"),
    ("-", "GB", "length"),
]


@pytest.mark.parametrize(("typed", "country", "kept"), NUMBERS)
def test_a_number_is_kept_in_its_international_form(typed: str, country: str | None, kept: str) -> None:
    """However it is written, in any digits, from the venue's country or abroad, it is one number."""
    assert phone_number(typed, country) == kept
    assert phone_number(kept, country) == kept


@pytest.mark.parametrize(("typed", "country", "rule"), NO_NUMBERS)
def test_what_is_no_number_is_refused_with_its_rule(typed: str, country: str | None, rule: str) -> None:
    """The refusal names the field, and says what is wrong; nothing is guessed or cut off."""
    with pytest.raises(InvalidInput) as refusal:
        phone_number(typed, country, "guest.phone")
    assert (refusal.value.field, refusal.value.reason_code) == ("guest.phone", "invalid_phone")
    assert rule in refusal.value.message


@pytest.mark.parametrize(
    "text", ["\u200b", "\u2060\ufeff", "\u3164", "\u2800 \u00ad", "\u202a\u202c", "\u115f\u1160", ""]
)
def test_a_text_that_shows_nothing_is_blank(text: str) -> None:
    """Invisible characters are nothing, however many."""
    assert blank(text)
    assert trimmed(text) == ""


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\u200bAnn\u200b", "Ann"),
        ("\u202aAnn B\u202c", "Ann B"),
        ("क्\u200dष", "क्\u200dष"),
        ("❤️", "❤️"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_is_seen_keeps_what_shapes_it(text: str, kept: str) -> None:
    """Joiners within a word and the variant of an emoji are part of it."""
    assert trimmed(text) == kept


def test_a_guests_form_reads_contact_as_the_api_does() -> None:
    """National numbers are of the venue's country; each field that is wrong is named."""
    read = who({"name": "\u200bAnn", "email": "<ann@example.com>", "phone": "020\u00a07946\u20110958"}, "GB")
    assert read.guest is not None
    assert (read.guest.name, read.guest.email, read.guest.phone) == ("Ann", "ann@example.com", LONDON)
    wrong = who({"name": "\u200b\u2060", "email": "ann,x@example.com", "phone": "020 7946 0958"}, None)
    assert wrong.guest is None
    assert set(wrong.faults) == {"name", "email", "phone"}
    assert "email" in who({"name": "Ann", "email": "\u200b", "phone": "\u202a"}, "GB").faults
