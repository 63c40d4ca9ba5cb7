"""The command `maitred`: one function a command, each a single call into the package."""

import asyncio
import json
import logging
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeVar

import typer
from rich.console import Console

from maitred import __version__
from maitred.domain.errors import MaitredError, VenueInvalid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from maitred.scenarios.failures import CommandFailure
    from maitred.settings import Settings
    from maitred.store.database import Database
    from maitred.usecases.flags import Change

T = TypeVar("T")
app = typer.Typer(
    name="maitred",
    help="The maître d' as a daemon: books tables, promises the seat at once, binds the table late.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

users = typer.Typer(
    name="users", help="People of the Ops screens: who may sign in, and what they may do where.", no_args_is_help=True
)
app.add_typer(users)
guest = typer.Typer(name="guest", help="What is known of one guest: told in whole, or erased.", no_args_is_help=True)
app.add_typer(guest)
flags = typer.Typer(
    name="flags",
    help="The rollout of the pipeline: off, shadow or on, by restaurant; every process follows within 2 seconds.",
    no_args_is_help=True,
)
app.add_typer(flags)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where the embedded engines keep their data.")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port of the API; 0 picks a free one.")]
Host = Annotated[str | None, typer.Option("--host", help="Address the API listens on.")]
Url = Annotated[
    str | None,
    typer.Option("--url", help="A running maitred; else the one that `maitred up` runs here, or that of MAITRED_PORT."),
]
PolicyName = Literal["first_fit", "best_fit", "no_moves", "full"]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Email = Annotated[str, typer.Argument(help="Their email address.")]
At = Annotated[
    str | None, typer.Option("--restaurant", metavar="SLUG", help="The role holds in this restaurant; else in all.")
]
Why = Annotated[str, typer.Option("--reason", help="Why; the audit keeps it.")]
Seen = Annotated[
    int | None, typer.Option("--version", min=0, help="The version you have seen; with another one nothing changes.")
]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The restaurant.")]
Ask = Annotated[bool, typer.Option("--ask", help="Ask for the password instead of making one up.")]
First = Annotated[
    bool, typer.Option("--first", help="It opens nothing but the choice of another, at the first sign-in.")
]


def main() -> None:
    """Run the command line; errors of ours end in one line, not in a traceback."""
    try:
        app()
    except MaitredError as fault:
        _fail(fault)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="With a demo restaurant.")] = False,
    port: Port = None,
    host: Host = None,
    data_dir: DataDir = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Worker processes.")] = None,
) -> None:
    """Start everything on this machine: Postgres, Valkey, API and workers."""
    from maitred.embedded import EmbeddedError  # noqa: PLC0415 - the other commands need none of it
    from maitred.up import up as run_up  # noqa: PLC0415

    settings = _settings(port=port, host=host, data_dir=data_dir, workers=workers)
    try:
        raise typer.Exit(run_up(settings, demo=demo))
    except EmbeddedError as fault:
        _die(str(fault))


@app.command()
def serve(port: Port = None, host: Host = None) -> None:
    """Run the API (MAITRED_DATABASE_URL and MAITRED_REDIS_URL say where the engines are)."""
    from maitred.bootstrap import run, run_api  # noqa: PLC0415

    settings = _settings(port=port, host=host)
    run(lambda: run_api(settings))


@app.command()
def work(name: Annotated[str | None, typer.Option("--name", help="Name of this worker.")] = None) -> None:
    """Run a worker: relay, coordinator, retries, reaper. Any number of them may run."""
    from maitred.bootstrap import run, run_worker  # noqa: PLC0415

    settings = _settings()
    run(lambda: run_worker(settings, name))


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from maitred.store.migrate import migrate as run_migrations  # noqa: PLC0415

    url = _settings().listen_url
    if url is None:
        _die("MAITRED_DATABASE_URL: set it to the database to migrate; `maitred up` migrates its own.")
    done = asyncio.run(run_migrations(url))
    typer.echo("\n".join(f"applied {name}" for name in done) or "Nothing to do: the schema is up to date.")


@app.command("import")
def import_(
    venue: Annotated[Path, typer.Argument(help="A venue file, or a scenario file with a venue in it.")],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Import a venue into a running maitred; a faulty one is refused with every fault named."""
    from maitred.client.importing import import_venue_file  # noqa: PLC0415
    from maitred.scenarios.failures import CommandFailure  # noqa: PLC0415

    address, key = _server(url)
    try:
        outcome = asyncio.run(import_venue_file(venue, address, key))
    except CommandFailure as failure:
        _end(failure, as_json=as_json)
    if as_json:
        _print_json(
            {
                "slug": outcome.slug,
                "version": outcome.version,
                "created": outcome.created,
                "changed": outcome.changed,
                "warnings": [{"path": one.path, "code": one.code, "message": one.message} for one in outcome.warnings],
            }
        )
        return
    what = "created" if outcome.created else "updated" if outcome.changed else "unchanged"
    typer.echo(f"{outcome.slug} {what}, version {outcome.version}")
    for warning in outcome.warnings:
        typer.echo(f"  warning: {warning.path or 'venue'}: {warning.message}", err=True)


@app.command()
def replay(
    scenario: Annotated[Path, typer.Argument(help="A scenario file (a venue and its stream of requests).")],
    url: Url = None,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=500, help="Requests in flight.")] = 1,
    on: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Play it on this date.")] = None,
    slug: Annotated[str | None, typer.Option("--slug", help="Import the venue under another slug.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the seating here, as JSON.")] = None,
    mail_domain: Annotated[
        str | None, typer.Option("--mail-domain", help="Give every guest an address there, so that messages are sent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play a scenario through a running maitred over HTTP and report what became of it."""
    from maitred.client.progress import progress_on_stderr  # noqa: PLC0415
    from maitred.client.replay import ReplayOptions  # noqa: PLC0415
    from maitred.client.replay import replay as run_replay  # noqa: PLC0415
    from maitred.client.report import print_report  # noqa: PLC0415
    from maitred.scenarios.failures import CommandFailure  # noqa: PLC0415

    target: date | None = on.date() if on else None
    address, key = _server(url)
    try:
        options = ReplayOptions(
            scenario=scenario,
            url=address,
            api_key=key,
            concurrency=concurrency,
            on=target,
            slug=slug,
            out=out,
            mail_domain=mail_domain,
        )
        with progress_on_stderr() as watcher:
            report = asyncio.run(run_replay(options, watcher))
    except CommandFailure as failure:
        _end(failure, as_json=as_json)
    if as_json:
        _print_json(report.document())
    else:
        print_report(report, Console())
    raise typer.Exit(0 if report.ok else 1)


@app.command()
def simulate(
    scenario: Annotated[Path, typer.Argument(help="A scenario file (a venue and its stream of requests).")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the seating here, as JSON.")] = None,
    policy: Annotated[PolicyName, typer.Option("--policy", help="How tables are chosen.")] = "full",
    report: Annotated[Path | None, typer.Option("--report", help="Draw the night as a page, here.")] = None,
    venue: Annotated[Path | None, typer.Option("--venue", help="Play it in this venue instead of its own.")] = None,
    moves: Annotated[int | None, typer.Option("--moves", min=0, max=100, help="Most parties a decision moves.")] = None,
    freeze: Annotated[
        int | None, typer.Option("--freeze", min=0, max=10080, help="Minutes before arrival when nobody is moved.")
    ] = None,
    weights: Annotated[
        list[str] | None, typer.Option("--weights", metavar="TERM=VALUE", help="Another weight; may be repeated.")
    ] = None,
    reality: Annotated[
        str | None, typer.Option("--reality", metavar="SEED", help="Also let it go as nights really do, by this seed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play a scenario through the engine, without a database, and say who was seated."""
    from maitred.scenarios.failures import CommandFailure  # noqa: PLC0415
    from maitred.scenarios.simulate import SimulateOptions, weights_from  # noqa: PLC0415
    from maitred.scenarios.simulate import simulate as run_simulation  # noqa: PLC0415
    from maitred.scenarios.summary import print_summary  # noqa: PLC0415

    try:
        simulation = run_simulation(
            SimulateOptions(
                scenario=scenario,
                policy=policy,
                out=out,
                report=report,
                venue=venue,
                moves=moves,
                freeze=freeze,
                weights=weights_from(weights or ()),
                reality=reality,
            )
        )
        if report is not None:
            from maitred.scenarios.page import write_page  # noqa: PLC0415

            write_page(report, simulation)
    except CommandFailure as failure:
        _end(failure, as_json=as_json)
    if as_json:
        _print_json(simulation.document())
    else:
        print_summary(simulation, Console())


@app.command()
def export(
    restaurant: Annotated[str, typer.Argument(help="The restaurant's slug.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First service day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last service day.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the scenario here instead of printing it.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Write a past period as a scenario for `simulate`: what was asked and when, under which rules, and no names."""
    from maitred.bootstrap import exported  # noqa: PLC0415
    from maitred.scenarios.failures import CommandFailure  # noqa: PLC0415
    from maitred.scenarios.files import write_document  # noqa: PLC0415

    settings = _settings(data_dir=data_dir)
    database_url = _database_url(settings)
    scenario = asyncio.run(exported(settings, database_url, restaurant, first.date(), last.date()))
    if out is None:
        _print_json(scenario)
        return
    try:
        write_document(out, scenario)
    except CommandFailure as failure:
        _die(str(failure), failure.details)
    asked = sum(event["type"] == "request" for event in scenario["events"])
    typer.echo(f"{scenario['name']}: {asked} requests, {len(scenario['events']) - asked} cancellations, in {out}")


@app.command()
def backfill(
    restaurant: Annotated[str, typer.Argument(metavar="VENUE", help="The restaurant's slug.")],
    file: Annotated[Path, typer.Argument(help="The bookings of another system: CSV, or JSON.")],
    mapping: Annotated[
        str | None,
        typer.Option("--mapping", help="A mapping file, or the name of a ready-made one (docs/backfill.md)."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", help="The other system's name: its ids are told apart from those of others."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="The encoding of a file that is not UTF-8, such as cp1252.")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Take over what the other system has changed since its last export.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen; write nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option("--rejects", help="Write the rows that were refused here.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Import the bookings of another system, each once; run it again to go on after an interruption."""
    from maitred.bootstrap import backfilled  # noqa: PLC0415
    from maitred.client.import_report import print_import  # noqa: PLC0415

    settings = _settings(data_dir=data_dir)
    report = asyncio.run(
        backfilled(
            settings,
            _database_url(settings),
            restaurant,
            file,
            mapping,
            source=source,
            encoding=encoding,
            update=update,
            dry_run=dry_run,
            rejects=rejects,
        )
    )
    if as_json:
        _print_json(report)
    else:
        print_import(report, Console(highlight=False, soft_wrap=True))


@app.command()
def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Check a deployment and say what to mend."""
    from maitred.doctor import examine, print_findings  # noqa: PLC0415

    findings = asyncio.run(examine(_settings(data_dir=data_dir)))
    if as_json:
        _print_json([finding.document() for finding in findings])
    else:
        print_findings(findings, Console())
    raise typer.Exit(1 if any(finding.failed for finding in findings) else 0)


@users.command("add")
def users_add(
    email: Email,
    name: Annotated[str | None, typer.Option("--name", help="Their name; else what stands before the @.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="viewer, host, manager or owner.")] = None,
    restaurant: At = None,
    ask: Ask = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="They sign in by OIDC or Supabase.")] = False,
    first: First = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody in, with a password that is shown this once."""
    from maitred.usecases import members  # noqa: PLC0415

    password = None if no_password else _password(ask=ask)
    person_id = _on_database(
        data_dir, lambda db: members.add_user(db, email, name, password, role, restaurant, first=first)
    )
    shown = None if ask else password
    if as_json:
        _print_json({"id": str(person_id), "email": email.lower(), "password": shown})
    else:
        typer.echo(f"{email} added" + (f", password {shown} (shown this once)" if shown else ""))


@users.command("list")
def users_list(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List everybody, with their roles as restaurant:role (* is every restaurant)."""
    from maitred.store import people  # noqa: PLC0415

    found = _on_database(data_dir, people.listing)
    if as_json:
        _print_json(found)
        return
    for one in found:
        closed = " (disabled)" if one["disabled_at"] else ""
        typer.echo(f"{one['email']}  {one['name']}  {' '.join(one['roles'] or ()) or 'no role'}{closed}")


@users.command("role")
def users_role(
    email: Email,
    role: Annotated[str, typer.Argument(help="viewer, host, manager, owner, or none.")],
    restaurant: At = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give somebody a role, or take it away."""
    from maitred.usecases import members  # noqa: PLC0415

    wanted = None if role == "none" else role
    _on_database(data_dir, lambda db: members.give_role(db, email, wanted, restaurant))
    _said({"email": email, "role": wanted, "restaurant": restaurant}, f"{email}: {role}", as_json=as_json)


@users.command("password")
def users_password(
    email: Email, ask: Ask = False, first: First = False, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Give somebody a new password, shown this once; their sessions end."""
    from maitred.usecases import members  # noqa: PLC0415
    from maitred.usecases.people import change_password  # noqa: PLC0415

    password = _password(ask=ask)

    async def change(database: "Database") -> None:
        await change_password(database, await members.user(database, email), password, first=first)

    _on_database(data_dir, change)
    shown = None if ask else password
    words = f"{email}: password {shown} (shown this once)" if shown else f"{email}: password changed"
    _said({"email": email, "password": shown}, words, as_json=as_json)


@users.command("disable")
def users_disable(email: Email, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Let somebody in no more; their sessions end."""
    from maitred.usecases import members  # noqa: PLC0415

    _on_database(data_dir, lambda db: members.close_user(db, email))
    _said({"email": email, "disabled": True}, f"{email} is disabled", as_json=as_json)


@users.command("sessions")
def users_sessions(email: Email, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List where somebody is signed in."""
    from maitred.store import people  # noqa: PLC0415
    from maitred.usecases import members  # noqa: PLC0415

    async def read(database: "Database") -> Any:
        return await people.sessions_of(database, await members.user(database, email))

    found = _on_database(data_dir, read)
    if as_json:
        _print_json(found)
        return
    for one in found:
        typer.echo(f"{one['id']}  last seen {one['seen_at']:%Y-%m-%d %H:%M}  {one['device']}")


@users.command("revoke")
def users_revoke(email: Email, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """End every session of somebody."""
    from maitred.store import people  # noqa: PLC0415
    from maitred.usecases import members  # noqa: PLC0415

    async def revoke(database: "Database") -> None:
        await people.revoke_sessions_of(database, await members.user(database, email))

    _on_database(data_dir, revoke)
    _said({"email": email, "revoked": True}, f"{email} is signed out everywhere", as_json=as_json)


GuestEmail = Annotated[str | None, typer.Option("--email", help="Who has this e-mail address.")]
GuestPhone = Annotated[str | None, typer.Option("--phone", help="Who has this phone number (+ and country code).")]
OfRestaurant = Annotated[str | None, typer.Option("--restaurant", metavar="SLUG", help="There only; else everywhere.")]


@guest.command("export")
def guest_export(
    email: GuestEmail = None, phone: GuestPhone = None, restaurant: OfRestaurant = None, data_dir: DataDir = None
) -> None:
    """Print everything known about a guest, as JSON."""
    from maitred.bootstrap import contact_of  # noqa: PLC0415
    from maitred.usecases import personal  # noqa: PLC0415
    from maitred.usecases.desk import utc_now  # noqa: PLC0415

    address, number = contact_of(email, phone)

    async def read(database: "Database") -> Any:
        place = await personal.restaurant_number(database, restaurant)
        return await personal.export_guest(database, place, address, number, utc_now())

    _print_json(_on_database(data_dir, read))


@guest.command("erase")
def guest_erase(
    email: GuestEmail = None,
    phone: GuestPhone = None,
    restaurant: OfRestaurant = None,
    force: Annotated[bool, typer.Option("--force", help="Also a guest with a booking to come.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Erase everything personal about a guest; bookings, history and seats stay, without a name."""
    from maitred.bootstrap import contact_of  # noqa: PLC0415
    from maitred.usecases import personal  # noqa: PLC0415
    from maitred.usecases.desk import utc_now  # noqa: PLC0415

    address, number = contact_of(email, phone)

    async def erase(database: "Database") -> Any:
        place = await personal.restaurant_number(database, restaurant)
        return await personal.erase_guest(
            database, place, address, number, by="command line", now=utc_now(), force=force
        )

    done = _on_database(data_dir, erase)
    _said(done, f"erased: {done['guests']} records, {done['bookings']} bookings", as_json=as_json)


@app.command("bookings-csv")
def bookings_csv(
    restaurant: Annotated[str, typer.Argument(help="The restaurant's slug.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First service day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last service day.")],
    excel: Annotated[
        bool, typer.Option("--excel", help="With the mark of UTF-8 first, so that Excel shows every letter right.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Print the bookings of a period as CSV, safe to open in a spreadsheet."""
    from maitred.usecases.bookings_csv import bookings_csv as rows_of  # noqa: PLC0415
    from maitred.usecases.bookings_csv import check_period  # noqa: PLC0415
    from maitred.usecases.desk import VenueShelf  # noqa: PLC0415

    check_period(first.date(), last.date())

    async def write(database: "Database") -> None:
        place = await VenueShelf(database).get(restaurant)
        days = first.date(), last.date()
        async for text in rows_of(database, place.restaurant_id, place.venue.tz, *days, excel=excel):
            sys.stdout.buffer.write(text.encode())  # whatever the terminal's encoding: the file is UTF-8

    _on_database(data_dir, write)


@flags.command("list")
def flags_list(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show what was said of the flag, and how many restaurants are in each mode."""
    _show_flag(data_dir, as_json=as_json)


@flags.command("set")
def flags_set(
    mode: Annotated[str, typer.Argument(help="off, shadow, on, or none: say nothing.")],
    reason: Why,
    restaurant: Annotated[
        str | None, typer.Option("--restaurant", metavar="SLUG", help="Its own mode; else the default of all others.")
    ] = None,
    version: Seen = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set the mode of one restaurant, or the default."""
    from maitred.usecases.flags import mode_of, set_default, set_mode  # noqa: PLC0415

    wanted, change = mode_of(mode), _change(reason, version)
    if restaurant is None:
        _on_database(data_dir, lambda db: set_default(db, wanted, change))
    else:
        _on_database(data_dir, lambda db: set_mode(db, restaurant, wanted, change))
    _show_flag(data_dir, as_json=as_json)


@flags.command("opt-in")
def flags_opt_in(
    restaurant: Slug,
    reason: Why,
    out: Annotated[bool, typer.Option("--out", help="Take it off the list.")] = False,
    version: Seen = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put a restaurant on the opt-in list: it is on, whatever the percentage."""
    from maitred.usecases.flags import set_opted_in  # noqa: PLC0415

    change = _change(reason, version)
    _on_database(data_dir, lambda db: set_opted_in(db, restaurant, not out, change))
    _show_flag(data_dir, as_json=as_json)


@flags.command("percentage")
def flags_percentage(
    percentage: Annotated[str, typer.Argument(help="0 to 100, or none: the percentage decides nothing.")],
    reason: Why,
    version: Seen = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set how many percent of the restaurants are on; who is in stays in when it grows."""
    from maitred.usecases.flags import percentage_of, set_percentage  # noqa: PLC0415

    wanted, change = percentage_of(percentage), _change(reason, version)
    _on_database(data_dir, lambda db: set_percentage(db, wanted, change))
    _show_flag(data_dir, as_json=as_json)


@flags.command("kill")
def flags_kill(
    reason: Why = "kill switch", version: Seen = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Switch the pipeline off everywhere: consumption stops within 2 seconds, requests decide, no booking is lost."""
    _kill(data_dir, _change(reason, version), killed=True, as_json=as_json)


@flags.command("resume")
def flags_resume(
    reason: Why = "kill switch released", version: Seen = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """End what `kill` began; every restaurant is in its mode again."""
    _kill(data_dir, _change(reason, version), killed=False, as_json=as_json)


@flags.command("audit")
def flags_audit(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many, the newest first.")] = 50,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List who changed what, when, from what to what and why."""
    from maitred.api.flags import rendered_change  # noqa: PLC0415
    from maitred.flags.port import PIPELINE_FLAG  # noqa: PLC0415
    from maitred.store import flags as stored  # noqa: PLC0415

    found = [
        rendered_change(one)
        for one in _on_database(data_dir, lambda db: stored.changes(db, PIPELINE_FLAG, None, limit))
    ]
    if as_json:
        _print_json(found)
        return
    for one in found:
        where = one["restaurant"] or "all"
        typer.echo(
            f"{one['at'][:19]}  {one['by']}  {where}: {one['what']} {one['from']} -> {one['to']}  ({one['reason']})"
        )


@flags.command("shadow-report")
def flags_shadow_report(
    restaurant: Slug,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First service day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last service day.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Compare what the engine would have done with what was done for real."""
    from maitred.usecases.shadow import report_of_slug  # noqa: PLC0415

    days = first.date() if first else None, last.date() if last else None
    report = _on_database(data_dir, lambda db: report_of_slug(db, restaurant, *days))
    if as_json:
        _print_json(report.document())
    else:
        typer.echo("\n".join(report.lines()))


def _kill(data_dir: Path | None, change: "Change", *, killed: bool, as_json: bool) -> None:
    from maitred.usecases.flags import set_killed  # noqa: PLC0415

    _on_database(data_dir, lambda db: set_killed(db, killed, change))
    _show_flag(data_dir, as_json=as_json)


def _change(reason: str, version: int | None) -> "Change":
    import getpass  # noqa: PLC0415

    from maitred.usecases.flags import Change  # noqa: PLC0415

    try:
        who = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        who = str(os.getuid())
    return Change(f"cli:{who}", reason, version)


def _show_flag(data_dir: Path | None, *, as_json: bool) -> None:
    from maitred.api.flags import rendered_flag  # noqa: PLC0415
    from maitred.flags.port import Mode  # noqa: PLC0415
    from maitred.usecases.flags import standing  # noqa: PLC0415

    otherwise = Mode(_settings(data_dir=data_dir).flag_pipeline)
    found = rendered_flag(_on_database(data_dir, lambda db: standing(db, otherwise)))
    if as_json:
        _print_json(found)
        return
    state = "KILLED: off everywhere" if found["killed"] else "in force"
    percent = "none" if found["percentage"] is None else f"{found['percentage']} %"
    typer.echo(f"{found['flag']}  {state}  (version {found['version']})")
    typer.echo(f"  default {found['default'] or 'not set'}, percentage {percent}")
    typer.echo("  restaurants: " + ", ".join(f"{count} {mode}" for mode, count in found["in_mode"].items()))
    for one in found["restaurants"]:
        opted = ", opted in" if one["opted_in"] else ""
        typer.echo(f"  {one['restaurant']}: {one['mode'] or 'by the rules'}{opted} (version {one['version']})")


def _password(*, ask: bool) -> str:
    from maitred.usecases.members import new_password  # noqa: PLC0415

    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)) if ask else new_password()


def _said(document: Any, words: str, *, as_json: bool) -> None:
    if as_json:
        _print_json(document)
    else:
        typer.echo(words)


def _on_database(data_dir: Path | None, work: "Callable[[Database], Awaitable[T]]") -> "T":
    """Do something with the database alone: that of the settings, or of the maitred that runs here."""
    from maitred.bootstrap import with_database  # noqa: PLC0415

    settings = _settings(data_dir=data_dir)
    return asyncio.run(with_database(settings, _database_url(settings), work))


def _database_url(settings: "Settings") -> str:
    from maitred.doctor.deployment import find_deployment  # noqa: PLC0415

    found = find_deployment(settings)[0].database_url
    if found is None:
        _die(
            f"Nothing is running in {settings.data_dir}. Name the data directory of a `maitred up` with --data-dir, or"
            " the database with MAITRED_DATABASE_URL."
        )
    return found


def _settings(**overrides: Any) -> "Settings":
    # Read where needed: commands without settings, as simulate, start in half the time.
    from maitred.settings import load_settings, unknown_variables  # noqa: PLC0415

    settings = load_settings(**overrides)
    _configure_logs(settings)
    for name in unknown_variables(os.environ):
        typer.echo(f"maitred: {name} is no setting of maitred (see docs/operations.md)", err=True)
    return settings


def _server(url: str | None) -> tuple[str, str]:
    """Return the address and the key of the maitred to talk to."""
    from maitred.client.server import find_server  # noqa: PLC0415
    from maitred.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    given = settings.api_key.get_secret_value() if settings.api_key else None
    port = settings.port if "port" in settings.model_fields_set else None
    found = find_server(url, given, data_dir=settings.data_dir, host=settings.host, port=port)
    if not found.api_key:
        _die("MAITRED_API_KEY: set it to the key that `maitred up` printed.")
    return found.url, found.api_key


def _configure_logs(settings: "Settings") -> None:
    import structlog  # noqa: PLC0415

    renderer: Any = structlog.processors.JSONRenderer() if settings.log_format == "json" else _console()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if settings.log_format == "json" else _as_it_is,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _console() -> Any:
    import structlog  # noqa: PLC0415

    # The plain traceback shows no local variables: among them may be somebody's key.
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)


def _as_it_is(_logger: Any, _name: str, event: Any) -> Any:
    return event


def _print_json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def _fail(fault: MaitredError) -> NoReturn:
    details = (
        [f"{one.path or 'venue'}: {one.message}" for one in fault.faults] if isinstance(fault, VenueInvalid) else []
    )
    _die(fault.message, details)


def _end(failure: "CommandFailure", *, as_json: bool) -> NoReturn:
    """End a command that could not do its work; where a program reads the output it gets a document all the same."""
    if as_json:
        faults = [
            {"path": one.path, "code": one.code, "message": one.message} for one in getattr(failure, "faults", ())
        ]
        _print_json({"error": str(failure).rstrip(":"), "details": list(failure.details), "faults": faults})
    _die(str(failure), failure.details)


def _die(message: str, details: Any = ()) -> NoReturn:
    typer.echo(f"maitred: {message}", err=True)
    for detail in details:
        typer.echo(f"  {detail}", err=True)
    raise SystemExit(1)
