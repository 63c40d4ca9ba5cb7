from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="OverrideBody")



@_attrs_define
class OverrideBody:
    """ Soft rules that staff set aside (scope override), and why. Hard rules can never be.

        Attributes:
            rules (list[str]): `extra_chair`, `horizon`, `min_party`, `notice`, `outside_service`, `pacing`,
                `promised_zone`, `review_size`, `surplus_table`, `unlisted_join`.
            reason (str):
     """

    rules: list[str]
    reason: str





    def to_dict(self) -> dict[str, Any]:
        rules = self.rules



        reason = self.reason


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "rules": rules,
            "reason": reason,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rules = cast(list[str], d.pop("rules"))


        reason = d.pop("reason")

        override_body = cls(
            rules=rules,
            reason=reason,
        )

        return override_body

