from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="SlotItem")



@_attrs_define
class SlotItem:
    """ One start time.

        Attributes:
            starts_at (datetime.datetime):
            service (str):
            available (bool):
            reason (None | str): Reason code when it is not available.
            nearest (list[datetime.datetime]): The nearest times of the day that are, when this one is not.
     """

    starts_at: datetime.datetime
    service: str
    available: bool
    reason: None | str
    nearest: list[datetime.datetime]





    def to_dict(self) -> dict[str, Any]:
        starts_at = self.starts_at.isoformat()

        service = self.service

        available = self.available

        reason: None | str
        reason = self.reason

        nearest = []
        for nearest_item_data in self.nearest:
            nearest_item = nearest_item_data.isoformat()
            nearest.append(nearest_item)




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "starts_at": starts_at,
            "service": service,
            "available": available,
            "reason": reason,
            "nearest": nearest,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))




        service = d.pop("service")

        available = d.pop("available")

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))


        nearest = []
        _nearest = d.pop("nearest")
        for nearest_item_data in (_nearest):
            nearest_item = datetime.datetime.fromisoformat(nearest_item_data)



            nearest.append(nearest_item)


        slot_item = cls(
            starts_at=starts_at,
            service=service,
            available=available,
            reason=reason,
            nearest=nearest,
        )

        return slot_item

