from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="WishesAnswer")



@_attrs_define
class WishesAnswer:
    """ What would be nice.

        Attributes:
            zone (None | str):
     """

    zone: None | str





    def to_dict(self) -> dict[str, Any]:
        zone: None | str
        zone = self.zone


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "zone": zone,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        def _parse_zone(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        zone = _parse_zone(d.pop("zone"))


        wishes_answer = cls(
            zone=zone,
        )

        return wishes_answer

