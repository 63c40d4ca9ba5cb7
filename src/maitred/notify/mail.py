"""A message as a mail: text, HTML and calendar of one content, for programs and people alike (RFC 5322, 2046, 6047)."""

import unicodedata
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from maitred.domain.contact import email_as_sent
from maitred.domain.errors import InvalidInput
from maitred.notify.port import Outgoing


def mail_of(one: Outgoing, at: datetime) -> EmailMessage:
    """Write the mail. Its Message-ID belongs to the message, so a second copy can be told from a second message."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = one.message_id
    mail["Date"] = format_datetime(at)
    mail["From"] = _address(one.sender_name, one.sender_address)
    mail["To"] = _address(one.recipient_name or "", one.recipient)
    if one.reply_to:
        mail["Reply-To"] = _address("", one.reply_to)
    mail["Subject"] = _line(one.content["subject"])
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, please (RFC 3834)
    mail.set_content(one.content["text"])
    mail.add_alternative(one.content["html"], subtype="html")
    if one.content.get("calendar"):
        _add_calendar(mail, one.content["calendar"], one.content["method"])
    mail["Content-Language"] = one.locale  # setting content takes such headers away
    return mail


def _add_calendar(mail: EmailMessage, calendar: str, method: str) -> None:
    """Add the file twice: as the part that calendars act on, and as one to be saved."""
    mail.add_alternative(calendar.replace("\r\n", "\n"), subtype="calendar", params={"method": method})
    mail.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename="invite.ics")


def _address(name: str, address: str) -> Address:
    """Return a header's address, its domain in ASCII; raises InvalidInput for one that no mail could carry."""
    try:
        return Address(display_name=_line(name), addr_spec=email_as_sent(address))
    except (ValueError, IndexError, HeaderParseError) as fault:
        raise InvalidInput("This is no email address.", field="email", code="invalid_email") from fault


def _line(text: str) -> str:
    """Return a text as a header may have it: one line, and nothing that a header reads as encoded (RFC 2047).

    `email` decodes such words in what it is given, and the line breaks within would begin headers of their own.
    """
    plain = "".join(one for one in " ".join(text.split()) if unicodedata.category(one) != "Cc")
    return plain.replace("=?", "= ?")
