"""Which deployment to look at: the one the settings name, or the one that `maitred up` runs in a data directory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maitred.doctor.findings import Chart, Finding, Part
from maitred.embedded.processes import is_alive
from maitred.embedded.supervisor import RUN_FILE
from maitred.settings import Settings, hide_password

CHART = Chart(Part.DEPLOYMENT)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where everything is, as far as it is known."""

    database_url: str | None
    listen_url: str | None
    redis_url: str | None
    api_url: str | None


@dataclass(frozen=True, slots=True)
class _RunFile:
    """What `maitred up` wrote about itself; `trouble` says why there is nothing to read."""

    facts: Mapping[str, Any]
    trouble: str | None = None

    def engine(self, name: str) -> str | None:
        """Return the address of an engine that it runs."""
        url: str | None = self.facts.get("engines", {}).get(name, {}).get("url")
        return url


def find_deployment(settings: Settings) -> tuple[Deployment, list[Finding]]:
    """Say where to look, and what can be said of that already."""
    run = _read_run_file(settings)
    found = Deployment(
        database_url=settings.database_url or run.engine("postgres"),
        listen_url=settings.listen_url or run.engine("postgres"),
        redis_url=settings.redis_url or run.engine("valkey"),
        api_url=run.facts.get("api_url"),
    )
    findings = [_address("postgres", "MAITRED_DATABASE_URL", found.database_url, settings.database_url, settings, run)]
    findings.append(_address("redis", "MAITRED_REDIS_URL", found.redis_url, settings.redis_url, settings, run))
    return found, findings + ([_processes(run)] if run.facts else [])


def _read_run_file(settings: Settings) -> _RunFile:
    path = settings.data_dir / RUN_FILE
    try:
        facts = dict(json.loads(path.read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return _RunFile({}, f"nothing is running in {settings.data_dir}")
    except PermissionError:
        return _RunFile({}, f"{path} belongs to another account; run the doctor as the one that runs `maitred up`")
    except (OSError, ValueError, TypeError) as fault:
        return _RunFile({}, f"{path} cannot be read: {fault}")
    if not is_alive(int(facts.get("pid", 0))):
        return _RunFile({}, f"nothing is running in {settings.data_dir} any more (process {facts.get('pid')} is gone)")
    return _RunFile(facts)


def _address(
    name: str, variable: str, url: str | None, given: str | None, settings: Settings, run: _RunFile
) -> Finding:
    if url is None:
        why = run.trouble or f"the maitred in {settings.data_dir} does not run its own"
        mend = f"Set {variable} to check a deployment elsewhere, or start one with `maitred up`"
        return CHART.fail(name, f"{variable} is not set, and {why}.", f"{mend} (--data-dir names another directory).")
    origin = variable if given else f"`maitred up` in {settings.data_dir}"
    return CHART.ok(name, f"{hide_password(url)} ({origin})", url=hide_password(url))


def _processes(run: _RunFile) -> Finding:
    pids: Mapping[str, int] = run.facts.get("pids", {})
    dead = sorted(name for name, pid in pids.items() if not is_alive(pid))
    if dead:
        mend = "Look at the output of `maitred up`: it says why a process ended and starts it again."
        return CHART.warn("processes", f"not running: {', '.join(dead)}", mend, pids=dict(pids), dead=dead)
    return CHART.ok("processes", f"running: {', '.join(sorted(pids))}", pids=dict(pids))
