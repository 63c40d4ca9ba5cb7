from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="SeatedAnswer")



@_attrs_define
class SeatedAnswer:
    """ The window in which the tables are the party's (turn and buffer; half-open).

        Attributes:
            from_ (datetime.datetime):
            until (datetime.datetime):
     """

    from_: datetime.datetime
    until: datetime.datetime





    def to_dict(self) -> dict[str, Any]:
        from_ = self.from_.isoformat()

        until = self.until.isoformat()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "from": from_,
            "until": until,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_ = datetime.datetime.fromisoformat(d.pop("from"))




        until = datetime.datetime.fromisoformat(d.pop("until"))




        seated_answer = cls(
            from_=from_,
            until=until,
        )

        return seated_answer

