from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.slot_item import SlotItem





T = TypeVar("T", bound="AvailabilityAnswer")



@_attrs_define
class AvailabilityAnswer:
    """ A day's start times.

        Attributes:
            restaurant (str):
            date (datetime.date):
            party_size (int):
            review (bool): A party of this size is looked at by a person before it is confirmed, whatever is free.
            closed_reason (None | str):
            slots (list[SlotItem]):
            nearest_dates (list[datetime.date]): The next days with room, when this one has none.
     """

    restaurant: str
    date: datetime.date
    party_size: int
    review: bool
    closed_reason: None | str
    slots: list[SlotItem]
    nearest_dates: list[datetime.date]





    def to_dict(self) -> dict[str, Any]:
        from ..models.slot_item import SlotItem # noqa: PLC0415
        restaurant = self.restaurant

        date = self.date.isoformat()

        party_size = self.party_size

        review = self.review

        closed_reason: None | str
        closed_reason = self.closed_reason

        slots = []
        for slots_item_data in self.slots:
            slots_item = slots_item_data.to_dict()
            slots.append(slots_item)



        nearest_dates = []
        for nearest_dates_item_data in self.nearest_dates:
            nearest_dates_item = nearest_dates_item_data.isoformat()
            nearest_dates.append(nearest_dates_item)




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "restaurant": restaurant,
            "date": date,
            "party_size": party_size,
            "review": review,
            "closed_reason": closed_reason,
            "slots": slots,
            "nearest_dates": nearest_dates,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.slot_item import SlotItem # noqa: PLC0415
        d = dict(src_dict)
        restaurant = d.pop("restaurant")

        date = datetime.date.fromisoformat(d.pop("date"))




        party_size = d.pop("party_size")

        review = d.pop("review")

        def _parse_closed_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        closed_reason = _parse_closed_reason(d.pop("closed_reason"))


        slots = []
        _slots = d.pop("slots")
        for slots_item_data in (_slots):
            slots_item = SlotItem.from_dict(slots_item_data)



            slots.append(slots_item)


        nearest_dates = []
        _nearest_dates = d.pop("nearest_dates")
        for nearest_dates_item_data in (_nearest_dates):
            nearest_dates_item = datetime.date.fromisoformat(nearest_dates_item_data)



            nearest_dates.append(nearest_dates_item)


        availability_answer = cls(
            restaurant=restaurant,
            date=date,
            party_size=party_size,
            review=review,
            closed_reason=closed_reason,
            slots=slots,
            nearest_dates=nearest_dates,
        )

        return availability_answer

