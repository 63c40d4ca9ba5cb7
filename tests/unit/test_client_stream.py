"""What replay sends for a request of a scenario file."""

from copy import deepcopy
from typing import Any

import pytest
from test_scenario_reader import SCENARIO

from maitred.api.schemas import BookingBody
from maitred.client.stream import body_of
from maitred.scenarios.reader import parse_scenario


@pytest.mark.parametrize("extra", [{}, {"x_overrides": ["pacing", "outside_service"]}])
def test_a_request_is_sent_as_the_api_takes_it(extra: dict[str, Any]) -> None:
    """Every field of the file arrives, soft rules that staff set aside with a reason, and the API knows them all."""
    document = deepcopy(SCENARIO)
    document["events"][0]["booking"] |= extra
    (request,) = parse_scenario(document).requests
    body = body_of(request)
    BookingBody.model_validate(body)
    assert (body["party_size"], body["zone_preference"], body["accessible"]) == (4, "Z1", True)
    assert body.get("override", {}).get("rules", []) == sorted(extra.get("x_overrides", []))
