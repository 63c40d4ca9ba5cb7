"""A whole maitred that the tests here may hurt: two workers, short lock and recovery times."""

from collections.abc import Iterator

import pytest
from limits import LOCK_TTL_MS

from engines import temporary_public_directory
from running import RunningMaitred, maitred_up


@pytest.fixture(scope="session")
def hurt_maitred() -> Iterator[RunningMaitred]:
    """A maitred with two workers; what would take minutes in production takes seconds."""
    settings = {
        "MAITRED_WORKERS": "2",
        "MAITRED_LOCK_TTL_MS": str(LOCK_TTL_MS),
        "MAITRED_BREAKER_OPEN_S": "1",
        "MAITRED_REAPER_INTERVAL_S": "1",
        "MAITRED_RELAY_REPUBLISH_S": "2",
        "MAITRED_LOG_FORMAT": "json",
    }
    with temporary_public_directory() as directory, maitred_up(directory, settings) as running:
        yield running
