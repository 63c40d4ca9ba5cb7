"""The API's own word: what /readyz says."""

import asyncio
import json
from time import perf_counter
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from maitred.doctor.findings import Chart, Finding, Part

CHART: Final = Chart(Part.API)
PATIENCE_S: Final = 5.0


async def examine_api(url: str | None) -> list[Finding]:
    """Ask an API whose address is known."""
    if url is None:
        return []
    began = perf_counter()
    try:
        ready, parts = await asyncio.to_thread(_ask, url)
    except (URLError, OSError, ValueError) as fault:
        return [CHART.fail("readyz", f"{url} does not answer: {fault}", "Look at the output of `maitred up`.", url=url)]
    took = (perf_counter() - began) * 1000
    if ready:
        return [CHART.ok("readyz", f"{url} is ready, {took:.0f} ms", url=url, took_ms=round(took, 1))]
    away = [f"{name} ({part['detail']})" for name, part in parts.items() if not part["ready"]]
    return [
        CHART.fail("readyz", f"{url} lacks {', '.join(away)}", "Mend that part; the API then serves again.", url=url)
    ]


def _ask(url: str) -> tuple[bool, dict[str, Any]]:
    try:
        with urlopen(f"{url}/readyz", timeout=PATIENCE_S) as answer:  # noqa: S310 - `maitred up` wrote this address
            body = json.load(answer)
    except HTTPError as refusal:
        with refusal:
            body = json.load(refusal)
    return bool(body["ready"]), dict(body["parts"])
