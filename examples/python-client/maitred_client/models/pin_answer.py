from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="PinAnswer")



@_attrs_define
class PinAnswer:
    """ Who promised the tables, when and why; for scope staff.

        Attributes:
            at (datetime.datetime):
            by (str):
            reason (str):
     """

    at: datetime.datetime
    by: str
    reason: str





    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        by = self.by

        reason = self.reason


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "at": at,
            "by": by,
            "reason": reason,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))




        by = d.pop("by")

        reason = d.pop("reason")

        pin_answer = cls(
            at=at,
            by=by,
            reason=reason,
        )

        return pin_answer

