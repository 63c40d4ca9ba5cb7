from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.seating_answer_binding import SeatingAnswerBinding
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.pin_answer import PinAnswer
  from ..models.promises_answer import PromisesAnswer
  from ..models.wishes_answer import WishesAnswer





T = TypeVar("T", bound="SeatingAnswer")



@_attrs_define
class SeatingAnswer:
    """ How firmly the party's tables are its own, and what was promised apart from what was wished for.

        Attributes:
            tables (list[str]): Planned tables are for scope staff; guests read what was promised.
            binding (SeatingAnswerBinding):
            freezes_at (datetime.datetime): From then on nobody but a person, or a rescue, changes the tables.
            promises (PromisesAnswer): What binds the house.
            wishes (WishesAnswer): What would be nice.
            pin (None | PinAnswer):
     """

    tables: list[str]
    binding: SeatingAnswerBinding
    freezes_at: datetime.datetime
    promises: PromisesAnswer
    wishes: WishesAnswer
    pin: None | PinAnswer





    def to_dict(self) -> dict[str, Any]:
        from ..models.pin_answer import PinAnswer # noqa: PLC0415
        from ..models.promises_answer import PromisesAnswer # noqa: PLC0415
        from ..models.wishes_answer import WishesAnswer # noqa: PLC0415
        tables = self.tables



        binding = self.binding.value

        freezes_at = self.freezes_at.isoformat()

        promises = self.promises.to_dict()

        wishes = self.wishes.to_dict()

        pin: dict[str, Any] | None
        if isinstance(self.pin, PinAnswer):
            pin = self.pin.to_dict()
        else:
            pin = self.pin


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "tables": tables,
            "binding": binding,
            "freezes_at": freezes_at,
            "promises": promises,
            "wishes": wishes,
            "pin": pin,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.pin_answer import PinAnswer # noqa: PLC0415
        from ..models.promises_answer import PromisesAnswer # noqa: PLC0415
        from ..models.wishes_answer import WishesAnswer # noqa: PLC0415
        d = dict(src_dict)
        tables = cast(list[str], d.pop("tables"))


        binding = SeatingAnswerBinding(d.pop("binding"))




        freezes_at = datetime.datetime.fromisoformat(d.pop("freezes_at"))




        promises = PromisesAnswer.from_dict(d.pop("promises"))




        wishes = WishesAnswer.from_dict(d.pop("wishes"))




        def _parse_pin(data: object) -> None | PinAnswer:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                pin_type_0 = PinAnswer.from_dict(data)



                return pin_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PinAnswer, data)

        pin = _parse_pin(d.pop("pin"))


        seating_answer = cls(
            tables=tables,
            binding=binding,
            freezes_at=freezes_at,
            promises=promises,
            wishes=wishes,
            pin=pin,
        )

        return seating_answer

