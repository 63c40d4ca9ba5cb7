"""Fixtures of the flows: a whole maitred, once with the pipeline and once without."""

from collections.abc import Iterator

import pytest
from api_house import admin, api, bistro, connect

from engines import temporary_public_directory
from running import RunningMaitred, maitred_up

__all__ = ["admin", "api", "bistro", "connect", "running_maitred"]


@pytest.fixture(scope="session", params=["on", "off"], ids=["pipeline", "inline"])
def running_maitred(request: pytest.FixtureRequest) -> Iterator[RunningMaitred]:
    """A maitred with the flag on (bus and workers decide) and off (the request decides); tests share its database."""
    settings = {"MAITRED_FLAG_PIPELINE": request.param}
    with temporary_public_directory() as directory, maitred_up(directory, settings) as running:
        yield running
