from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.action import Action
from ..models.source import Source
from ..models.state import State
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.booking_answer_override_type_0 import BookingAnswerOverrideType0
  from ..models.guest_answer import GuestAnswer
  from ..models.reason_answer import ReasonAnswer
  from ..models.review_answer import ReviewAnswer
  from ..models.seated_answer import SeatedAnswer
  from ..models.seating_answer import SeatingAnswer





T = TypeVar("T", bound="BookingAnswer")



@_attrs_define
class BookingAnswer:
    """ A booking. Times carry the venue's offset.

        Attributes:
            id (UUID):
            reference (str): What a guest reads out on the phone.
            restaurant (str): Its slug.
            state (State): The states of the lifecycle (DESIGN 2).
            version (int): Rises by one with every change; it is the ETag.
            party_size (int):
            starts_at (datetime.datetime):
            ends_at (datetime.datetime): Planned end of the turn.
            service_date (datetime.date): Local date on which the service opens.
            source (Source): Where a request came from.
            zone_preference (None | str):
            accessible (bool):
            notes (None | str):
            external_ref (None | str):
            tables (list[str]): Ids of its tables; none while it is pending or after it ended. Without scope staff only
                tables that were promised: the others may still change.
            seated (None | SeatedAnswer):
            seating (None | SeatingAnswer): While it has tables.
            guest (GuestAnswer): The guest of a booking.
            reason (None | ReasonAnswer):
            override (BookingAnswerOverrideType0 | None): Soft rules set aside, by whom and why.
            review (None | ReviewAnswer): While in manual review.
            waitlist (None | str): Where a guest who was refused for lack of room may wait: post `from`, `until` and consent
                there.
            undo_until (datetime.datetime | None):
            actions (list[Action]): What this key may do to the booking now: check_in is POST .../check-in, mark_no_show
                .../no-show, modify PATCH, assign (under review) .../force-confirm; GET /v1/lifecycle names the call of each in
                `routes`.
            created_at (datetime.datetime):
            updated_at (datetime.datetime):
     """

    id: UUID
    reference: str
    restaurant: str
    state: State
    version: int
    party_size: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    service_date: datetime.date
    source: Source
    zone_preference: None | str
    accessible: bool
    notes: None | str
    external_ref: None | str
    tables: list[str]
    seated: None | SeatedAnswer
    seating: None | SeatingAnswer
    guest: GuestAnswer
    reason: None | ReasonAnswer
    override: BookingAnswerOverrideType0 | None
    review: None | ReviewAnswer
    waitlist: None | str
    undo_until: datetime.datetime | None
    actions: list[Action]
    created_at: datetime.datetime
    updated_at: datetime.datetime





    def to_dict(self) -> dict[str, Any]:
        from ..models.booking_answer_override_type_0 import BookingAnswerOverrideType0 # noqa: PLC0415
        from ..models.guest_answer import GuestAnswer # noqa: PLC0415
        from ..models.reason_answer import ReasonAnswer # noqa: PLC0415
        from ..models.review_answer import ReviewAnswer # noqa: PLC0415
        from ..models.seated_answer import SeatedAnswer # noqa: PLC0415
        from ..models.seating_answer import SeatingAnswer # noqa: PLC0415
        id = str(self.id)

        reference = self.reference

        restaurant = self.restaurant

        state = self.state.value

        version = self.version

        party_size = self.party_size

        starts_at = self.starts_at.isoformat()

        ends_at = self.ends_at.isoformat()

        service_date = self.service_date.isoformat()

        source = self.source.value

        zone_preference: None | str
        zone_preference = self.zone_preference

        accessible = self.accessible

        notes: None | str
        notes = self.notes

        external_ref: None | str
        external_ref = self.external_ref

        tables = self.tables



        seated: dict[str, Any] | None
        if isinstance(self.seated, SeatedAnswer):
            seated = self.seated.to_dict()
        else:
            seated = self.seated

        seating: dict[str, Any] | None
        if isinstance(self.seating, SeatingAnswer):
            seating = self.seating.to_dict()
        else:
            seating = self.seating

        guest = self.guest.to_dict()

        reason: dict[str, Any] | None
        if isinstance(self.reason, ReasonAnswer):
            reason = self.reason.to_dict()
        else:
            reason = self.reason

        override: dict[str, Any] | None
        if isinstance(self.override, BookingAnswerOverrideType0):
            override = self.override.to_dict()
        else:
            override = self.override

        review: dict[str, Any] | None
        if isinstance(self.review, ReviewAnswer):
            review = self.review.to_dict()
        else:
            review = self.review

        waitlist: None | str
        waitlist = self.waitlist

        undo_until: None | str
        if isinstance(self.undo_until, datetime.datetime):
            undo_until = self.undo_until.isoformat()
        else:
            undo_until = self.undo_until

        actions = []
        for actions_item_data in self.actions:
            actions_item = actions_item_data.value
            actions.append(actions_item)



        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "id": id,
            "reference": reference,
            "restaurant": restaurant,
            "state": state,
            "version": version,
            "party_size": party_size,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "service_date": service_date,
            "source": source,
            "zone_preference": zone_preference,
            "accessible": accessible,
            "notes": notes,
            "external_ref": external_ref,
            "tables": tables,
            "seated": seated,
            "seating": seating,
            "guest": guest,
            "reason": reason,
            "override": override,
            "review": review,
            "waitlist": waitlist,
            "undo_until": undo_until,
            "actions": actions,
            "created_at": created_at,
            "updated_at": updated_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.booking_answer_override_type_0 import BookingAnswerOverrideType0 # noqa: PLC0415
        from ..models.guest_answer import GuestAnswer # noqa: PLC0415
        from ..models.reason_answer import ReasonAnswer # noqa: PLC0415
        from ..models.review_answer import ReviewAnswer # noqa: PLC0415
        from ..models.seated_answer import SeatedAnswer # noqa: PLC0415
        from ..models.seating_answer import SeatingAnswer # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        reference = d.pop("reference")

        restaurant = d.pop("restaurant")

        state = State(d.pop("state"))




        version = d.pop("version")

        party_size = d.pop("party_size")

        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))




        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))




        service_date = datetime.date.fromisoformat(d.pop("service_date"))




        source = Source(d.pop("source"))




        def _parse_zone_preference(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        zone_preference = _parse_zone_preference(d.pop("zone_preference"))


        accessible = d.pop("accessible")

        def _parse_notes(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notes = _parse_notes(d.pop("notes"))


        def _parse_external_ref(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_ref = _parse_external_ref(d.pop("external_ref"))


        tables = cast(list[str], d.pop("tables"))


        def _parse_seated(data: object) -> None | SeatedAnswer:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                seated_type_0 = SeatedAnswer.from_dict(data)



                return seated_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SeatedAnswer, data)

        seated = _parse_seated(d.pop("seated"))


        def _parse_seating(data: object) -> None | SeatingAnswer:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                seating_type_0 = SeatingAnswer.from_dict(data)



                return seating_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SeatingAnswer, data)

        seating = _parse_seating(d.pop("seating"))


        guest = GuestAnswer.from_dict(d.pop("guest"))




        def _parse_reason(data: object) -> None | ReasonAnswer:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                reason_type_0 = ReasonAnswer.from_dict(data)



                return reason_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReasonAnswer, data)

        reason = _parse_reason(d.pop("reason"))


        def _parse_override(data: object) -> BookingAnswerOverrideType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                override_type_0 = BookingAnswerOverrideType0.from_dict(data)



                return override_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BookingAnswerOverrideType0 | None, data)

        override = _parse_override(d.pop("override"))


        def _parse_review(data: object) -> None | ReviewAnswer:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                review_type_0 = ReviewAnswer.from_dict(data)



                return review_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReviewAnswer, data)

        review = _parse_review(d.pop("review"))


        def _parse_waitlist(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        waitlist = _parse_waitlist(d.pop("waitlist"))


        def _parse_undo_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                undo_until_type_0 = datetime.datetime.fromisoformat(data)



                return undo_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        undo_until = _parse_undo_until(d.pop("undo_until"))


        actions = []
        _actions = d.pop("actions")
        for actions_item_data in (_actions):
            actions_item = Action(actions_item_data)



            actions.append(actions_item)


        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))




        booking_answer = cls(
            id=id,
            reference=reference,
            restaurant=restaurant,
            state=state,
            version=version,
            party_size=party_size,
            starts_at=starts_at,
            ends_at=ends_at,
            service_date=service_date,
            source=source,
            zone_preference=zone_preference,
            accessible=accessible,
            notes=notes,
            external_ref=external_ref,
            tables=tables,
            seated=seated,
            seating=seating,
            guest=guest,
            reason=reason,
            override=override,
            review=review,
            waitlist=waitlist,
            undo_until=undo_until,
            actions=actions,
            created_at=created_at,
            updated_at=updated_at,
        )

        return booking_answer

