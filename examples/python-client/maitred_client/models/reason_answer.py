from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.reason_code import ReasonCode
from typing import cast

if TYPE_CHECKING:
  from ..models.reason_answer_data import ReasonAnswerData





T = TypeVar("T", bound="ReasonAnswer")



@_attrs_define
class ReasonAnswer:
    """ Why the booking is where it is.

        Attributes:
            code (ReasonCode): Why a step was taken: a closed set, with data beside it.
            text (str): The reason in words, in English.
            data (ReasonAnswerData): What a program may read; alternatives, for example. Scope staff also reads who is in
                the way.
     """

    code: ReasonCode
    text: str
    data: ReasonAnswerData





    def to_dict(self) -> dict[str, Any]:
        from ..models.reason_answer_data import ReasonAnswerData # noqa: PLC0415
        code = self.code.value

        text = self.text

        data = self.data.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "code": code,
            "text": text,
            "data": data,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reason_answer_data import ReasonAnswerData # noqa: PLC0415
        d = dict(src_dict)
        code = ReasonCode(d.pop("code"))




        text = d.pop("text")

        data = ReasonAnswerData.from_dict(d.pop("data"))




        reason_answer = cls(
            code=code,
            text=text,
            data=data,
        )

        return reason_answer

