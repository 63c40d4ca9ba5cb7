"""`maitred simulate --report`: the night as one HTML page that needs nothing else, no script and no network."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from maitred.domain.assignment import NO_MOVES
from maitred.domain.assignment.explain import explain
from maitred.domain.assignment.explanation import Explanation
from maitred.domain.simulation import Night
from maitred.scenarios.figures import COUNTED, KEPT, Figures
from maitred.scenarios.files import write_bytes
from maitred.scenarios.simulate import Simulation
from maitred.scenarios.timeline import days_of, guests, timeline

POLICY_WORDS = {
    "first_fit": ("First fit", "the first free tables, smallest first; nobody is moved"),
    "best_fit": ("Best fit", "the free tables with fewest empty seats; nobody is moved"),
    "no_moves": ("Engine, no moves", "scores what a plan leaves for others; nobody is moved"),
    "full": ("Engine", "scores what a plan leaves for others, and moves parties to let one more in"),
}
_EXPLAINED = frozenset({"no_capacity", "no_allowed_set", "pacing_covers", "pacing_parties"})


def write_page(path: Path, simulation: Simulation) -> None:
    """This writes the page of a simulation, or raises BadFile."""
    write_bytes(path, page(simulation).encode())


def page(simulation: Simulation) -> str:
    """This is the whole page."""
    return Template(_static("night.html")).substitute(
        title=escape(f"{simulation.scenario.name}, simulated"),
        style=_static("night.css"),
        body="".join(_body(simulation)),
    )


@cache
def _static(name: str) -> str:
    return (resources.files("maitred.scenarios") / "static" / name).read_text(encoding="utf-8")


def _body(simulation: Simulation) -> Iterator[str]:
    yield from _heading(simulation)
    yield from _tiles(simulation.figures)
    yield from _policies(simulation)
    yield from _nights(simulation.night)
    yield from _refused(simulation)
    yield from _moves(simulation)
    if simulation.reality:
        yield from _reality(simulation.reality)


def _heading(simulation: Simulation) -> Iterator[str]:
    night, rules = simulation.night, simulation.rules
    name, meaning = POLICY_WORDS[simulation.options.policy]
    days = days_of(night)
    when = "" if not days else _day(days[0]) if len(days) == 1 else f"{_day(days[0])} to {_day(days[-1])}"
    yield f"<header><p class='venue'>{escape(night.venue.name)}</p><h1>{escape(simulation.scenario.name)}</h1>"
    yield f"<p>{escape(when)}. Policy: <strong>{name}</strong>, {meaning}"
    if simulation.options.policy == "full":
        yield f" (at most {rules.budget} a decision, nobody within {rules.freeze_minutes} minutes of arrival)"
    yield f". Times are those of {escape(night.venue.timezone)}.</p></header>"


def _day(day: date) -> str:
    return f"{day:%A}, {day:%d}".replace(" 0", " ") + f" {day:%B %Y}"


def _tiles(figures: Figures) -> Iterator[str]:
    refused = sum(count.covers for count in figures.refused.values())
    parties = sum(count.parties for count in figures.refused.values())
    yield '<dl class="tiles">'
    yield _tile("Guests seated", f"{figures.seated.covers}", f"of {figures.asked.covers} who asked")
    yield _tile("Share", _percent(figures.seated.of(figures.asked)), f"{figures.seated.parties} parties")
    yield _tile("Guests refused", f"{refused}", f"{parties} parties")
    yield _tile("Moves", f"{figures.moves}", "to let others in")
    yield _tile("Decision", _ms(figures.decision_ms["p99"]), "99 of 100 are faster")
    yield "</dl>"


def _tile(name: str, value: str, note: str) -> str:
    return f"<div><dt>{name}</dt><dd><b>{value}</b> <span>{note}</span></dd></div>"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value >= 0.1 else f"{value:.2f} ms"


def _policies(simulation: Simulation) -> Iterator[str]:
    yield '<section aria-labelledby="policies"><h2 id="policies">Policies side by side</h2>'
    yield "<p>The same requests in the same order, each decided once.</p>"
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="policies"><table class="policies">'
    yield "<thead><tr><th scope='col'>Policy</th><th scope='col'>Guests</th><th scope='col'>Share of asked</th>"
    yield "<th scope='col'>Parties</th><th scope='col'>Refused</th><th scope='col'>Moves</th>"
    yield "<th scope='col'>p50</th><th scope='col'>p99</th></tr></thead><tbody>"
    for policy in POLICY_WORDS:
        if policy in simulation.nights:
            yield _policy(simulation.figures_of(policy), chosen=policy == simulation.options.policy)
    yield "</tbody></table></div></section>"


def _policy(figures: Figures, *, chosen: bool) -> str:
    share = figures.seated.of(figures.asked)
    refused = sum(count.parties for count in figures.refused.values())
    mark = ' <span class="chosen">this page</span>' if chosen else ""
    return (
        f"<tr{' class=here' if chosen else ''}><th scope='row'>{POLICY_WORDS[figures.policy][0]}{mark}</th>"
        f"<td>{figures.seated.covers}</td>"
        f"<td class='share'><span class='meter' style='--share:{100 * share:.1f}%'></span>{_percent(share)}</td>"
        f"<td>{figures.seated.parties}</td><td>{refused}</td><td>{figures.moves}</td>"
        f"<td>{_ms(figures.decision_ms['p50'])}</td><td>{_ms(figures.decision_ms['p99'])}</td></tr>"
    )


def _nights(night: Night) -> Iterator[str]:
    days = days_of(night)
    yield '<section aria-labelledby="night"><h2 id="night">Who sits where</h2>'
    yield _LEGEND
    for day in days:
        if len(days) > 1:
            yield f"<h3>{_day(day)}</h3>"
        yield timeline(night, day)
    yield "</section>"


_LEGEND = (
    '<ul class="legend">'
    '<li><i class="bar"></i> a party: guests, booking; the hatched end is the buffer</li>'
    '<li><i class="bar joined"></i> at joined tables, tied by a line</li>'
    '<li><i class="bar moved">↷</i> was moved to let others in</li>'
    '<li><i class="came"></i> guests seated <i class="gone"></i> and refused, by the time they asked for</li></ul>'
)


def _refused(simulation: Simulation) -> Iterator[str]:
    night = simulation.night
    refused = [key for key in night.refused if key not in night.cancelled]
    yield f'<section aria-labelledby="refused"><h2 id="refused">Refused, and why <small>{len(refused)}</small></h2>'
    if not refused:
        yield "<p>Nobody was turned away.</p></section>"
        return
    yield "<p>In order of asking. What would have helped has been tried on the floor as it then was.</p>"
    yield '<ol class="cards">'
    for request in simulation.scenario.requests:
        if request.id in night.refused and request.id not in night.cancelled:
            wishes = "".join(
                [", needs access" if request.accessible else "", _zone_wish(night, request.zone_preference)]
            )
            yield f"<li><h3>{guests(request.party_size)} at {_start(night, request.starts_at)}{wishes}</h3>"
            yield f"<p class='note'>{escape(request.id)}, asked {_moment(night, request.at)}</p>"
            yield from _why(simulation, request.id)
            yield "</li>"
    yield "</ol></section>"


def _zone_wish(night: Night, wish: str | None) -> str:
    names = {zone.id: zone.name for zone in night.venue.zones}
    return f", would like {escape(names.get(wish, wish))}" if wish else ""


def _why(simulation: Simulation, key: str) -> Iterator[str]:
    refusal = simulation.night.refused[key]
    if key not in simulation.night.seen or refusal.code not in _EXPLAINED:
        yield f"<p>{escape(refusal.message)}</p>"
        return
    told = _explained(simulation, key)
    first, *rest = [line.text for line in told.lines]
    yield f"<p>{escape(first)}</p>"
    remedies = [line.text for line in told.remedies]
    if rest or remedies:
        yield "<details><summary>What stood in the way, what would help</summary>"
        yield from _sentences(rest)
        yield from _sentences(remedies)
        yield "</details>"


def _sentences(lines: list[str]) -> Iterator[str]:
    if lines:
        yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _explained(simulation: Simulation, key: str) -> Explanation:
    night = simulation.night
    full = simulation.options.policy == "full"
    rules = night.rules_at(night.asked[key].starts_at) if full else NO_MOVES
    # Not thorough: a search for more moves than the rules allow would take as long as the night did.
    return explain(night.refused[key], night.asked[key], night.seen[key], night.venue, rules, thorough=False)


def _moves(simulation: Simulation) -> Iterator[str]:
    night = simulation.night
    yield f'<section aria-labelledby="moves"><h2 id="moves">Moved to make room <small>{night.moves}</small></h2>'
    if not night.moved:
        yield "<p>Nobody was moved.</p></section>"
        return
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="moves"><table class="moves">'
    yield "<thead><tr><th scope='col'>Party</th><th scope='col'>From</th><th scope='col'>To</th>"
    yield "<th scope='col'>Made room for</th><th scope='col'>Decided</th></tr></thead><tbody>"
    for one in night.moved:
        move = one.move
        yield f"<tr><th scope='row'>{_party(night, move.booking_id)}</th>"
        yield f"<td>{escape(' + '.join(move.from_tables))}</td><td>{escape(' + '.join(move.to_tables))}</td>"
        yield f"<td>{_party(night, one.made_room_for)}</td><td>{_moment(night, one.at)}</td></tr>"
    yield "</tbody></table></div></section>"


def _reality(reality: Mapping[str, Any]) -> Iterator[str]:
    accepted = reality["accepted"]
    yield '<section aria-labelledby="reality"><h2 id="reality">As the night may really go</h2>'
    yield f"<p>The engine's plan ({accepted['parties']} parties, {accepted['guests']} guests) lived once by chance, "
    yield f"seed {escape(str(reality['seed']))}: guests come late or not at all, turns are shorter or longer than "
    yield "planned, walk-ins ask at the door. The same guests twice: at the tables they were planned at, and with "
    yield "whoever is due at a table that is late given another one.</p>"
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="reality"><table class="policies reality">'
    yield "<thead><tr><th scope='col'>Count</th>"
    yield "".join(f"<th scope='col'>Tables {KEPT[policy]}</th>" for policy in reality["policies"])
    yield "</tr></thead><tbody>"
    for name, count in COUNTED:
        cells = "".join(f"<td>{escape(str(counts[count]))}</td>" for counts in reality["policies"].values())
        yield f"<tr><th scope='row'>{name.capitalize()}</th>{cells}</tr>"
    yield "</tbody></table></div>"
    faults = [fault for counts in reality["policies"].values() for fault in counts["faults"]]
    yield from _sentences(faults)
    yield "</section>"


def _party(night: Night, key: str) -> str:
    asked = night.asked[key]
    gone = ", cancelled later" if key in night.cancelled else ""
    about = f"{guests(asked.party_size)}, {_start(night, asked.starts_at)}{gone}"
    return f"{escape(key)} <span class='note'>{about}</span>"


def _start(night: Night, instant: datetime) -> str:
    """This is when a party comes; the day goes without saying when there is but one."""
    if len(days_of(night)) > 1:
        return _moment(night, instant)
    return f"<time datetime='{instant.isoformat()}'>{instant.astimezone(night.venue.tz):%H:%M}</time>"


def _moment(night: Night, instant: datetime) -> str:
    local = instant.astimezone(night.venue.tz)
    return f"<time datetime='{instant.isoformat()}'>{local:%a %d %b, %H:%M}</time>"
