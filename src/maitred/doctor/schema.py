"""Checks of the schema: migrated, writable, and every guard in force."""

from collections.abc import Mapping
from typing import Final

from maitred.doctor.findings import Chart, Finding, Part
from maitred.doctor.postgres import Patient
from maitred.domain.lifecycle import steps
from maitred.store import health

CHART: Final = Chart(Part.SCHEMA)
WRITE_MS: Final = (250.0, 2_000.0)


async def schema(patient: Patient) -> list[Finding]:
    """Migrations first; what is not migrated cannot be examined further."""
    found = await health.schema(patient.database)
    if found.pending:
        mend = "Run `maitred migrate` with this version, then start the processes."
        return [CHART.fail("migrations", f"not applied: {', '.join(found.pending)}", mend, pending=found.pending)]
    return [_migrations(found), *await _lifecycle(patient), *await _guards(patient)]


def _migrations(found: health.Schema) -> Finding:
    if found.changed:
        mend = "Install the version that this database was migrated with, or restore the files; never edit a migration."
        detail = f"applied with another content: {', '.join(found.changed)}"
        return CHART.fail("migrations", detail, mend, changed=found.changed)
    if found.ahead:
        mend = "Upgrade this installation: the database was migrated by a newer one."
        return CHART.warn("migrations", f"unknown to this version: {', '.join(found.ahead)}", mend, ahead=found.ahead)
    return CHART.ok("migrations", "all applied, none changed")


async def _lifecycle(patient: Patient) -> list[Finding]:
    kept, ours = await health.lifecycle_steps(patient.database), frozenset(steps())
    if missing := sorted(ours - kept):
        told = ", ".join(f"{before} {action} {target}" for before, action, target in missing)
        mend = "Add the steps to maitred.lifecycle_steps; the migrations of this version say which."
        return [CHART.fail("lifecycle", f"steps the database would refuse: {told}", mend)]
    if extra := sorted(kept - ours):
        told = ", ".join(f"{before} {action} {target}" for before, action, target in extra)
        mend = "Look who added them: this version takes none of these steps."
        return [CHART.warn("lifecycle", f"steps this version does not know: {told}", mend)]
    return [CHART.ok("lifecycle", f"{len(ours)} steps, as in this version")]


async def _guards(patient: Patient) -> list[Finding]:
    """Attempt what the guards must refuse, in a transaction that is rolled back."""
    powerless: frozenset[str] = frozenset()
    try:
        attack = await health.attack(patient.database)
        powerless = attack.powerless
        written = CHART.judge(
            "writes",
            attack.write_ms,
            WRITE_MS,
            f"eleven rows in {attack.write_ms:.1f} ms, rolled back",
            "Look at the load of the server and for sessions that hold locks (pg_stat_activity).",
            write_ms=round(attack.write_ms, 2),
        )
    except health.FAULTS as fault:
        said, mend = health.explain(fault)
        written = CHART.fail("writes", said, mend)
    broken = await health.broken_guards(patient.database, powerless)
    return [written, *([_broken(one) for one in broken] or [_whole(tried=not written.failed)])]


def _whole(*, tried: bool) -> Finding:
    number = len(health.GUARDS)
    how = "and each refused what it must" if tried else "but could not be tried"
    return CHART.ok("guards", f"{number} constraints and triggers are there and active, {how}", guards=number)


_MENDS: Final[Mapping[str, str]] = {
    "missing": "Stop the workers, restore it with its statement in store/migrations, and look for rows that break it.",
    "disabled": "Run `ALTER TABLE maitred.{table} ENABLE TRIGGER {name}`, then look for rows that break it.",
    "powerless": "Restore its function from store/migrations and check session_replication_role of the role.",
}


def _broken(one: health.BrokenGuard) -> Finding:
    guard = one.guard
    told = {"missing": "is missing", "disabled": "is disabled", "powerless": "let a forbidden write through"}[one.how]
    mend = _MENDS[one.how].format(table=guard.on_table, name=guard.name)
    detail = f"{guard.name} on {guard.on_table} {told}: it keeps that {guard.keeps}"
    return CHART.fail(f"guard {guard.name}", detail, mend, guard=guard.name, table=guard.on_table, how=one.how)
