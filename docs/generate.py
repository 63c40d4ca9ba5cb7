"""Write the parts of the documentation that follow from the code: `.venv/bin/python docs/generate.py`.

A generated part stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->`; everything else is written by hand.
tests/unit/test_docs.py fails when a part is stale.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY

from maitred import bootstrap
from maitred.api.app import ENDPOINTS
from maitred.api.asyncapi import document
from maitred.domain.booking import State
from maitred.domain.lifecycle import (
    EVENT_TYPES,
    TRANSITIONS,
    UNANNOUNCED,
    UNDO,
    Action,
)
from maitred.settings import reference
from maitred.workers.subscriptions import SUBSCRIPTIONS

DOCS: Final = Path(__file__).parent
STEP_TAGS: Final = ("Bookings", "Lifecycle", "Review", "Moves")
assert bootstrap  # importing it loads every module that has metrics


def diagram() -> str:
    """Draw the table of steps; undo has a table of its own, its arrows would cover the rest."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.CREATED}: {Action.CREATE}"]
    edges: dict[tuple[State, State], list[Action]] = {}
    for (before, action), target in TRANSITIONS.items():
        edges.setdefault((before, target), []).append(action)
    lines += [f"    {before} --> {target}: {', '.join(actions)}" for (before, target), actions in edges.items()]
    leaving = {before for before, _ in TRANSITIONS}
    lines += [f"    {state} --> [*]" for state in State if state not in leaving]
    return "\n".join([*lines, "```"])


def steps() -> str:
    """Tell each step with its event, in the order of the code."""
    rows = [
        f"| `{before}` | {action} | `{target}` | {_event(action)} |" for (before, action), target in TRANSITIONS.items()
    ]
    first = f"| (none) | {Action.CREATE} | `{State.CREATED}` | {_event(Action.CREATE)} |"
    return _table(("from", "action", "to", "event"), [first, *rows])


def _event(action: Action) -> str:
    event = f"`{EVENT_TYPES[action]}`"
    return f"{event}, recorded only" if action in UNANNOUNCED else event


def undo() -> str:
    """Tell what each state can go back to."""
    rows = []
    for state in (one for one in State if one in UNDO):
        back = ", ".join(f"`{target}`" for target in State if target in UNDO[state])
        rows.append(f"| `{state}` | {back} |")
    return _table(("from", "back to the one it was"), rows)


def routes() -> str:
    """Tell which scope each step over HTTP needs."""
    rows = [
        f"| `{one.method} {one.path}` | `{one.scope}` | {one.summary} |"
        for one in ENDPOINTS
        if one.tag in STEP_TAGS and one.method != "GET"
    ]
    return _table(("route", "scope", "what it does"), rows)


def subscriptions() -> str:
    """Tell who reacts to which event."""
    rows = [
        f"| `{name}` | {', '.join(f'`{event}`' for event in sorted(events))} |"
        for name, events in SUBSCRIPTIONS.items()
    ]
    return _table(("subscriber", "reacts to"), rows)


def metrics() -> str:
    """Tell every metric with its kind and meaning."""
    found = {
        metric.name + ("_total" if metric.type == "counter" else ""): (metric.type, metric.documentation)
        for metric in REGISTRY.collect()
        if metric.name.startswith("maitred_") and not metric.name.endswith("_created")
    }
    return _table(
        ("metric", "kind", "meaning"),
        [f"| `{name}` | {kind} | {text} |" for name, (kind, text) in sorted(found.items())],
    )


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *rows])


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "diagram": diagram,
    "steps": steps,
    "undo": undo,
    "routes": routes,
    "subscriptions": subscriptions,
    "metrics": metrics,
    "settings": reference,
}
PAGES: Final = ("lifecycle.md", "operations.md")
_MARKED: Final = re.compile(r"<!-- (?P<name>[a-z]+): begin -->\n(?P<body>.*?)<!-- (?P=name): end -->", re.DOTALL)


def generated(text: str) -> str:
    """Return a page with every generated part as the code has it now; raises KeyError for a part nobody generates."""
    return _MARKED.sub(lambda found: _part(found["name"]), text)


def _part(name: str) -> str:
    return f"<!-- {name}: begin -->\n{PARTS[name]().rstrip()}\n<!-- {name}: end -->"


def parts_of(text: str) -> Iterator[str]:
    """Yield the names of the generated parts of a page."""
    return (found["name"] for found in _MARKED.finditer(text))


def asyncapi() -> str:
    """Return the document of every event that leaves the house."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Bring every page up to date."""
    (DOCS / "asyncapi.json").write_text(asyncapi(), "utf-8")
    for page in PAGES:
        path = DOCS / page
        before = path.read_text("utf-8")
        after = generated(before)
        if after != before:
            path.write_text(after, "utf-8")
            sys.stdout.write(f"docs/{page} written\n")


if __name__ == "__main__":
    main()
