from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.source import Source
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.guest_body import GuestBody
  from ..models.override_body import OverrideBody





T = TypeVar("T", bound="BookingBody")



@_attrs_define
class BookingBody:
    """ A request for a table.

        Attributes:
            party_size (int):
            guest (GuestBody): The guest. Never merged with another by guess.
            starts_at (None | str | Unset): ISO 8601 date and time; without an offset it is the restaurant's local time.
                Required, except for walk-ins: they start now without it.
            zone_preference (None | str | Unset): Id of a zone: a wish, not a promise.
            zone_required (bool | Unset): Only that zone will do: once confirmed, the zone is a promise. Default: False.
            zone_promised (bool | Unset): Staff promised that zone (scope staff): as `zone_required`. Default: False.
            accessible (bool | Unset): The party needs an accessible table: a promise, not a wish. Default: False.
            notes (None | str | Unset):
            source (Source | Unset): Where a request came from.
            external_ref (None | str | Unset): Your own id of this booking.
            hold_id (None | Unset | UUID): Take the tables of this hold.
            override (None | OverrideBody | Unset):
            leave_by (None | str | Unset): Walk-ins only: until when they may stay, where that is short of a whole turn. ISO
                8601 date and time; without an offset it is the restaurant's local time.
            requested_at (None | str | Unset): Decision time instead of the clock (scope admin): a replay sends the time of
                the original.
     """

    party_size: int
    guest: GuestBody
    starts_at: None | str | Unset = UNSET
    zone_preference: None | str | Unset = UNSET
    zone_required: bool | Unset = False
    zone_promised: bool | Unset = False
    accessible: bool | Unset = False
    notes: None | str | Unset = UNSET
    source: Source | Unset = UNSET
    external_ref: None | str | Unset = UNSET
    hold_id: None | Unset | UUID = UNSET
    override: None | OverrideBody | Unset = UNSET
    leave_by: None | str | Unset = UNSET
    requested_at: None | str | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.guest_body import GuestBody # noqa: PLC0415
        from ..models.override_body import OverrideBody # noqa: PLC0415
        party_size = self.party_size

        guest = self.guest.to_dict()

        starts_at: None | str | Unset
        if isinstance(self.starts_at, Unset):
            starts_at = UNSET
        else:
            starts_at = self.starts_at

        zone_preference: None | str | Unset
        if isinstance(self.zone_preference, Unset):
            zone_preference = UNSET
        else:
            zone_preference = self.zone_preference

        zone_required = self.zone_required

        zone_promised = self.zone_promised

        accessible = self.accessible

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        source: str | Unset = UNSET
        if not isinstance(self.source, Unset):
            source = self.source.value


        external_ref: None | str | Unset
        if isinstance(self.external_ref, Unset):
            external_ref = UNSET
        else:
            external_ref = self.external_ref

        hold_id: None | str | Unset
        if isinstance(self.hold_id, Unset):
            hold_id = UNSET
        elif isinstance(self.hold_id, UUID):
            hold_id = str(self.hold_id)
        else:
            hold_id = self.hold_id

        override: dict[str, Any] | None | Unset
        if isinstance(self.override, Unset):
            override = UNSET
        elif isinstance(self.override, OverrideBody):
            override = self.override.to_dict()
        else:
            override = self.override

        leave_by: None | str | Unset
        if isinstance(self.leave_by, Unset):
            leave_by = UNSET
        else:
            leave_by = self.leave_by

        requested_at: None | str | Unset
        if isinstance(self.requested_at, Unset):
            requested_at = UNSET
        else:
            requested_at = self.requested_at


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "party_size": party_size,
            "guest": guest,
        })
        if starts_at is not UNSET:
            field_dict["starts_at"] = starts_at
        if zone_preference is not UNSET:
            field_dict["zone_preference"] = zone_preference
        if zone_required is not UNSET:
            field_dict["zone_required"] = zone_required
        if zone_promised is not UNSET:
            field_dict["zone_promised"] = zone_promised
        if accessible is not UNSET:
            field_dict["accessible"] = accessible
        if notes is not UNSET:
            field_dict["notes"] = notes
        if source is not UNSET:
            field_dict["source"] = source
        if external_ref is not UNSET:
            field_dict["external_ref"] = external_ref
        if hold_id is not UNSET:
            field_dict["hold_id"] = hold_id
        if override is not UNSET:
            field_dict["override"] = override
        if leave_by is not UNSET:
            field_dict["leave_by"] = leave_by
        if requested_at is not UNSET:
            field_dict["requested_at"] = requested_at

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.guest_body import GuestBody # noqa: PLC0415
        from ..models.override_body import OverrideBody # noqa: PLC0415
        d = dict(src_dict)
        party_size = d.pop("party_size")

        guest = GuestBody.from_dict(d.pop("guest"))




        def _parse_starts_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        starts_at = _parse_starts_at(d.pop("starts_at", UNSET))


        def _parse_zone_preference(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        zone_preference = _parse_zone_preference(d.pop("zone_preference", UNSET))


        zone_required = d.pop("zone_required", UNSET)

        zone_promised = d.pop("zone_promised", UNSET)

        accessible = d.pop("accessible", UNSET)

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))


        _source = d.pop("source", UNSET)
        source: Source | Unset
        if isinstance(_source,  Unset):
            source = UNSET
        else:
            source = Source(_source)




        def _parse_external_ref(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_ref = _parse_external_ref(d.pop("external_ref", UNSET))


        def _parse_hold_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                hold_id_type_0 = UUID(data)



                return hold_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        hold_id = _parse_hold_id(d.pop("hold_id", UNSET))


        def _parse_override(data: object) -> None | OverrideBody | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                override_type_0 = OverrideBody.from_dict(data)



                return override_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OverrideBody | Unset, data)

        override = _parse_override(d.pop("override", UNSET))


        def _parse_leave_by(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        leave_by = _parse_leave_by(d.pop("leave_by", UNSET))


        def _parse_requested_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        requested_at = _parse_requested_at(d.pop("requested_at", UNSET))


        booking_body = cls(
            party_size=party_size,
            guest=guest,
            starts_at=starts_at,
            zone_preference=zone_preference,
            zone_required=zone_required,
            zone_promised=zone_promised,
            accessible=accessible,
            notes=notes,
            source=source,
            external_ref=external_ref,
            hold_id=hold_id,
            override=override,
            leave_by=leave_by,
            requested_at=requested_at,
        )

        return booking_body

