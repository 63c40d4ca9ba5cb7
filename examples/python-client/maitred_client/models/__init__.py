""" Contains all the data models used in inputs/outputs """

from .action import Action
from .action_body import ActionBody
from .availability_answer import AvailabilityAnswer
from .booking_answer import BookingAnswer
from .booking_answer_override_type_0 import BookingAnswerOverrideType0
from .booking_body import BookingBody
from .booking_page import BookingPage
from .guest_answer import GuestAnswer
from .guest_body import GuestBody
from .guest_body_consents import GuestBodyConsents
from .override_body import OverrideBody
from .pin_answer import PinAnswer
from .promises_answer import PromisesAnswer
from .reason_answer import ReasonAnswer
from .reason_answer_data import ReasonAnswerData
from .reason_code import ReasonCode
from .review_answer import ReviewAnswer
from .seated_answer import SeatedAnswer
from .seating_answer import SeatingAnswer
from .seating_answer_binding import SeatingAnswerBinding
from .slot_item import SlotItem
from .source import Source
from .state import State
from .wishes_answer import WishesAnswer

__all__ = (
    "Action",
    "ActionBody",
    "AvailabilityAnswer",
    "BookingAnswer",
    "BookingAnswerOverrideType0",
    "BookingBody",
    "BookingPage",
    "GuestAnswer",
    "GuestBody",
    "GuestBodyConsents",
    "OverrideBody",
    "PinAnswer",
    "PromisesAnswer",
    "ReasonAnswer",
    "ReasonAnswerData",
    "ReasonCode",
    "ReviewAnswer",
    "SeatedAnswer",
    "SeatingAnswer",
    "SeatingAnswerBinding",
    "SlotItem",
    "Source",
    "State",
    "WishesAnswer",
)
