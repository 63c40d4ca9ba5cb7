from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.guest_body_consents import GuestBodyConsents





T = TypeVar("T", bound="GuestBody")



@_attrs_define
class GuestBody:
    """ The guest. Never merged with another by guess.

        Attributes:
            name (str):
            email (None | str | Unset):
            phone (None | str | Unset): International form; kept as E.164.
            locale (None | str | Unset): Language for messages, a BCP 47 tag.
            consents (GuestBodyConsents | Unset): Consents given (true) or refused (false) with this request, by purpose.
     """

    name: str
    email: None | str | Unset = UNSET
    phone: None | str | Unset = UNSET
    locale: None | str | Unset = UNSET
    consents: GuestBodyConsents | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.guest_body_consents import GuestBodyConsents # noqa: PLC0415
        name = self.name

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        locale: None | str | Unset
        if isinstance(self.locale, Unset):
            locale = UNSET
        else:
            locale = self.locale

        consents: dict[str, Any] | Unset = UNSET
        if not isinstance(self.consents, Unset):
            consents = self.consents.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "name": name,
        })
        if email is not UNSET:
            field_dict["email"] = email
        if phone is not UNSET:
            field_dict["phone"] = phone
        if locale is not UNSET:
            field_dict["locale"] = locale
        if consents is not UNSET:
            field_dict["consents"] = consents

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.guest_body_consents import GuestBodyConsents # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email = _parse_email(d.pop("email", UNSET))


        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))


        def _parse_locale(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        locale = _parse_locale(d.pop("locale", UNSET))


        _consents = d.pop("consents", UNSET)
        consents: GuestBodyConsents | Unset
        if isinstance(_consents,  Unset):
            consents = UNSET
        else:
            consents = GuestBodyConsents.from_dict(_consents)




        guest_body = cls(
            name=name,
            email=email,
            phone=phone,
            locale=locale,
            consents=consents,
        )

        return guest_body

