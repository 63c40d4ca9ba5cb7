from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="PromisesAnswer")



@_attrs_define
class PromisesAnswer:
    """ What binds the house.

        Attributes:
            zone (None | str): Id of the zone that was promised.
            accessible (bool):
            tables (list[str] | None): The very tables, when a member of staff promised them.
     """

    zone: None | str
    accessible: bool
    tables: list[str] | None





    def to_dict(self) -> dict[str, Any]:
        zone: None | str
        zone = self.zone

        accessible = self.accessible

        tables: list[str] | None
        if isinstance(self.tables, list):
            tables = self.tables


        else:
            tables = self.tables


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "zone": zone,
            "accessible": accessible,
            "tables": tables,
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


        accessible = d.pop("accessible")

        def _parse_tables(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tables_type_0 = cast(list[str], data)

                return tables_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        tables = _parse_tables(d.pop("tables"))


        promises_answer = cls(
            zone=zone,
            accessible=accessible,
            tables=tables,
        )

        return promises_answer

