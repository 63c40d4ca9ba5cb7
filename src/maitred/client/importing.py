"""`maitred import VENUE.json`: put a venue document to the API; when it is refused, name every fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maitred.client.failures import ApiProblem, VenueRefused
from maitred.client.http import FIRST_CONTACT_S, Api, faults_in, open_api
from maitred.domain.document import Fault
from maitred.domain.errors import VenueInvalid
from maitred.domain.venue import parse_venue
from maitred.scenarios.reader import read_venue


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What the server made of a venue; `warnings` are unwise, not wrong."""

    slug: str
    version: int
    created: bool
    changed: bool
    warnings: tuple[Fault, ...]


async def import_venue_file(path: Path, url: str, api_key: str) -> ImportOutcome:
    """This imports a venue file, or the venue of a scenario file; raises a ClientFailure that names every fault."""
    document = read_venue(path)
    async with open_api(url, api_key, patience_s=FIRST_CONTACT_S) as api:
        return await import_venue(api, document)


async def import_venue(api: Api, document: Mapping[str, Any]) -> ImportOutcome:
    """This imports a venue document; raises VenueRefused with every fault the server found."""
    _check_slug(document)
    try:
        answer = await api.call("PUT", f"/v1/restaurants/{document['slug']}", body=document, patience_s=FIRST_CONTACT_S)
    except ApiProblem as problem:
        if problem.errors:
            raise VenueRefused("The venue", problem.errors) from problem
        raise
    return _outcome(answer.body, str(document["slug"]))


def _check_slug(document: Mapping[str, Any]) -> None:
    # The slug is part of the address, so a document without a sound one never reaches the server's own check.
    try:
        parse_venue(document)
    except VenueInvalid as invalid:
        if any(fault.path in ("", "slug") for fault in invalid.faults):
            raise VenueRefused("The venue", invalid.faults) from None


def _outcome(body: Mapping[str, Any], slug: str) -> ImportOutcome:
    return ImportOutcome(
        slug=str(body.get("slug", slug)),
        version=int(body.get("version", 0)),
        created=bool(body.get("created", False)),
        changed=bool(body.get("changed", False)),
        warnings=tuple(faults_in(body.get("warnings"))),
    )
