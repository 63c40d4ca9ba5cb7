"""The rollout: which way this restaurant's bookings are decided and why; the operator may change it."""

from typing import Final

from starlette.responses import Response

from maitred.domain.errors import Forbidden, InvalidInput
from maitred.flags.port import PIPELINE_FLAG, Mode
from maitred.flags.rules import Rule
from maitred.ops.actions import required
from maitred.ops.visit import Screen, Visit
from maitred.store import flags as store
from maitred.texts import N_, gettext
from maitred.usecases import flags
from maitred.usecases.flags import Change
from maitred.usecases.people import Role
from maitred.usecases.shadow import shadow_report

MODES: Final = {
    Mode.OFF: N_("Off: decided inside the request"),
    Mode.SHADOW: N_("Shadow: decided inside the request, and once more beside it without taking a seat"),
    Mode.ON: N_("On: decided by the pipeline"),
}
RULES: Final = {
    Rule.KILLED: N_("The kill switch is on, for every restaurant."),
    Rule.OVERRIDE: N_("It was set for this restaurant."),
    Rule.OPTED_IN: N_("This restaurant asked for it."),
    Rule.PERCENTAGE: N_("It follows from the percentage."),
    Rule.DEFAULT: N_("It is the default."),
    Rule.SETTINGS: N_("It is what this installation begins with."),
}
CHANGED: Final = {
    "killed": N_("Kill switch"),
    "default": N_("Default"),
    "percentage": N_("Percentage"),
    "mode": N_("Mode"),
    "opted_in": N_("Opt-in list"),
}
VALUES: Final = {"yes": N_("Yes"), "no": N_("No"), "on": N_("On"), "off": N_("Off"), "shadow": N_("Shadow")}
LISTED: Final = 20


async def show(visit: Visit) -> Response:
    """Show the mode, the shadow's report and who changed what."""
    database, place = visit.desk.database, visit.place
    standing = await flags.standing(database, visit.desk.flags.settings)
    said = await store.restaurant(database, PIPELINE_FLAG, place.restaurant_id)
    return await visit.page(
        "flags.html",
        found=standing.modes[place.slug],
        said=said,
        flag=standing.row,
        counts=standing.counts,
        report=await shadow_report(database, (place.restaurant_id, place.slug)),
        changes=await store.changes(database, PIPELINE_FLAG, place.restaurant_id, LISTED),
        operator=_operates(visit),
        modes=MODES,
        rules=RULES,
        changed=CHANGED,
        values=VALUES,
    )


async def set_mode(visit: Visit) -> Response:
    """Set this restaurant's own mode, or leave it to the rules."""
    form = await _operators_form(visit)
    wanted = flags.mode_of(required(form, "mode"))
    await flags.set_mode(visit.desk.database, visit.place.slug, wanted, _change(visit, form))
    return _done(visit)


async def opt_in(visit: Visit) -> Response:
    """Put this restaurant on the opt-in list, or take it off."""
    form = await _operators_form(visit)
    wanted = required(form, "opted_in") == "true"
    await flags.set_opted_in(visit.desk.database, visit.place.slug, wanted, _change(visit, form))
    return _done(visit)


async def set_rules(visit: Visit) -> Response:
    """Set percentage and default of every restaurant."""
    form = await _operators_form(visit)
    wanted = {
        "percentage": flags.percentage_of(form.get("percentage") or "none"),
        "default": flags.mode_of(required(form, "default")),
    }
    await flags.change_flag(visit.desk.database, wanted, _change(visit, form))
    return _done(visit)


async def kill(visit: Visit) -> Response:
    """Switch the pipeline off everywhere."""
    form = await _operators_form(visit)
    await flags.set_killed(visit.desk.database, True, _change(visit, form))
    return _done(visit)


async def resume(visit: Visit) -> Response:
    """End what the kill switch began."""
    form = await _operators_form(visit)
    await flags.set_killed(visit.desk.database, False, _change(visit, form))
    return _done(visit)


def _operates(visit: Visit) -> bool:
    """Tell whether somebody owns every restaurant, and not just by a PIN on another's session."""
    return visit.who.roles.get(None) is Role.OWNER and not visit.who.acting


async def _operators_form(visit: Visit) -> dict[str, str]:
    if not _operates(visit):
        raise Forbidden("Only who owns every restaurant changes the rollout.", scope="admin")
    return await visit.form()


def _change(visit: Visit, form: dict[str, str]) -> Change:
    version = form.get("version", "")
    if not (version.isascii() and version.isdigit()):
        raise InvalidInput("The version is a number.", field="version", code="wrong_type")
    return Change(visit.who.name, form.get("reason", ""), int(version))


def _done(visit: Visit) -> Response:
    return visit.done(gettext("Changed; every process follows within two seconds."), then=visit.url("rollout"))


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/rollout", show, Role.OWNER),
    Screen("POST", "/ops/{slug}/rollout/mode", set_mode, Role.OWNER),
    Screen("POST", "/ops/{slug}/rollout/opt-in", opt_in, Role.OWNER),
    Screen("POST", "/ops/{slug}/rollout/rules", set_rules, Role.OWNER),
    Screen("POST", "/ops/{slug}/rollout/kill", kill, Role.OWNER),
    Screen("POST", "/ops/{slug}/rollout/resume", resume, Role.OWNER),
)  # fmt: skip
