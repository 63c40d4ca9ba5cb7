"""Playing a stream of events against a running maitred: in file order, N in flight, each to its outcome.

An event is in flight until its outcome is read, so with one in flight the next party asks when the last one knows.
A cancel waits for its booking's outcome first.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic, perf_counter
from typing import Any, Final
from urllib.parse import quote

from maitred.client.failures import ApiProblem, Unanswered
from maitred.client.http import ANSWER_WITHIN_S, Api
from maitred.client.progress import Watcher
from maitred.domain.booking import State
from maitred.scenarios.reader import Cancel, Event, Request

LONG_POLL_S = 10.0
POLL_SPACING_S = 0.25  # between polls that a server answers "unchanged" without having waited
OUTCOMES: Final = frozenset({State.CONFIRMED, State.MANUAL_REVIEW, State.FAILED, State.CANCELLED})
# Refusals that say the caller is wrong, not the request: the whole replay stops.
FATAL: Final = frozenset({401, 403, 404, 405})

DECLINED: Final = "declined"  # refused at POST: nothing was created
UNANSWERED: Final = "unanswered"  # no answer to the POST in all the time allowed


@dataclass(slots=True)
class Told:
    """What the client was told about one request while the stream ran."""

    request: Request
    state: str = UNANSWERED
    reason: str | None = None
    booking_id: str | None = None
    confirmed_ms: float | None = None
    cancel: str | None = None  # done, or why it was not
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Stream:
    """One run of a stream; `told` fills up while it plays."""

    api: Api
    slug: str
    run_id: str
    outcome_within_s: float
    watcher: Watcher
    mail_domain: str | None = None
    told: dict[str, Told] = field(default_factory=dict)

    async def play(self, events: tuple[Event, ...], in_flight: int) -> float:
        """This plays every event and returns the seconds from the first call to the last outcome."""
        self.told = {event.id: Told(event) for event in events if isinstance(event, Request)}
        self.watcher.begins(len(events))
        queue, begun = iter(events), perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(self._play_from(queue))
        return perf_counter() - begun

    async def _play_from(self, queue: Iterator[Event]) -> None:
        for event in queue:  # shared by all players: whoever is free takes the next in file order
            told = self.told[event.id if isinstance(event, Request) else event.booking]
            if isinstance(event, Request):
                await self._request(told)
            else:
                await self._cancel(event, told)
            self.watcher.settled(told.request.id, told.state)

    async def _request(self, told: Told) -> None:
        try:
            booking = await self._post(told.request)
            accepted = perf_counter()
            told.booking_id = str(booking["id"])
            booking = await self._outcome(booking)
            told.state, told.reason = str(booking["state"]), _reason(booking)
            if told.state == State.CONFIRMED:
                told.confirmed_ms = (perf_counter() - accepted) * 1000
        except ApiProblem as problem:
            if problem.status in FATAL:
                raise
            told.state, told.reason = DECLINED, problem.code
        except Unanswered as silence:
            told.reason = silence.cause
        finally:
            told.over.set()

    async def _post(self, request: Request) -> Mapping[str, Any]:
        key = f"{self.run_id}-{quote(request.id, safe='')}"
        path = f"/v1/restaurants/{self.slug}/bookings"
        answer = await self.api.call(
            "POST", path, body=body_of(request, self.mail_domain), headers={"Idempotency-Key": key}
        )
        booking: Mapping[str, Any] = answer.body
        return booking

    async def _outcome(self, booking: Mapping[str, Any]) -> Mapping[str, Any]:
        """This reads a booking until it has an outcome or the time is up; the last reading is the answer."""
        give_up = monotonic() + self.outcome_within_s
        while booking["state"] not in OUTCOMES and (left := give_up - monotonic()) > 0:
            try:
                booking = await self._next_version(booking, left)
            except Unanswered:
                break  # the reading back at the end says what became of it
        return booking

    async def _next_version(self, booking: Mapping[str, Any], left_s: float) -> Mapping[str, Any]:
        wait_s, asked = max(1, round(min(LONG_POLL_S, left_s))), monotonic()
        answer = await self.api.call(
            "GET",
            f"/v1/bookings/{booking['id']}",
            headers={"If-None-Match": f'"{booking["version"]}"', "Prefer": f"wait={wait_s}"},
            patience_s=left_s,
            answer_within_s=wait_s + ANSWER_WITHIN_S,
        )
        if not answer.unchanged and answer.body["version"] != booking["version"]:
            newer: Mapping[str, Any] = answer.body
            return newer
        await asyncio.sleep(max(0.0, min(POLL_SPACING_S - (monotonic() - asked), left_s)))
        return booking

    async def _cancel(self, event: Cancel, told: Told) -> None:
        await told.over.wait()
        if told.booking_id is None or told.state not in (State.CONFIRMED, State.MANUAL_REVIEW):
            told.cancel = f"nothing to cancel: {told.state}"
            return
        try:
            path = f"/v1/bookings/{told.booking_id}/cancel"
            answer = await self.api.call("POST", path, body={"at": event.at.isoformat()})
            told.cancel, told.state = "done", str(answer.body["state"])
        except ApiProblem as problem:
            # Said also to the repeat of a cancel whose answer was lost; the reading back tells the two apart.
            told.cancel = problem.code
        except Unanswered as silence:
            told.cancel = silence.cause


def body_of(request: Request, mail_domain: str | None = None) -> dict[str, Any]:
    """This is a request as the API takes it; with a domain its guest has an address there."""
    address = {"email": f"{request.id}@{mail_domain}"} if mail_domain else {}
    body: dict[str, Any] = {
        "party_size": request.party_size,
        "starts_at": request.starts_at.isoformat(),
        "guest": {"name": f"Guest {request.id}", **address},
        "source": request.source.value,
        "external_ref": request.id,
        "requested_at": request.at.isoformat(),
    }
    if request.zone_preference is not None:
        body["zone_preference"] = request.zone_preference
    if request.accessible:
        body["accessible"] = True
    if request.overrides:
        body["override"] = {"rules": sorted(request.overrides), "reason": "set aside when it was booked"}
    return body


def _reason(booking: Mapping[str, Any]) -> str | None:
    reason = booking.get("reason")
    return str(reason["code"]) if isinstance(reason, Mapping) else None
