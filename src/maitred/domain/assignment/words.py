"""Every sentence of an explanation in English, made from its code and data alone.

Plain enough for a host to read aloud. Times in data are ISO with the venue's offset and are said as its clock shows
them; amounts are in seats, as scores count.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Data = Mapping[str, Any]

WHY_NOT_MOVED: Final[Mapping[str, str]] = {
    "frozen": "too close to their time to be moved",
    "pinned": "promised exactly these tables by staff",
    "seated": "already at the table",
    "arrived": "already here",
    "started": "already at the table",
    "edited": "being changed by somebody right now",
    "linked": "linked to another booking",
    "moved_once": "moved once before",
    "moves_off": "not to be moved: moves are switched off",
    "kept": "not to be moved",
    "hold": "held for somebody who is booking",
    "block": "out of use",
}

# What a term says when it speaks for the chosen plan, and when it speaks for the other.
TERM_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "slack": ("fewer seats stay empty", "more seats stay empty"),
    "tables": ("it takes fewer tables", "it takes more tables"),
    "access": ("it keeps an accessible table free", "it takes an accessible table"),
    "small_parties": (
        "it leaves more for small parties still to come",
        "it leaves less for small parties still to come",
    ),
    "large_parties": (
        "it leaves more for large parties still to come",
        "it leaves less for large parties still to come",
    ),
    "adjacency": ("its tables stand closer together", "its tables stand less close together"),
    "zone_match": ("it is where they wish to sit", "it is not where they wish to sit"),
    "load": ("its part of the room is quieter", "its part of the room is busier"),
    "history": ("it has gone better before", "it has gone less well before"),
}
RULE_WORDS: Final[Mapping[str, str]] = {
    "min_party": "the table is kept for larger parties",
    "extra_chair": "it needs extra chairs",
    "surplus_table": "the party could do without one of the tables",
    "unlisted_join": "the tables are not listed as a join",
}

READ_ALOUD: Final = 4
"""Of more tables than this only the names are told; who has them is in the data."""


def say(code: str, data: Data) -> str:
    """This is the sentence of a code; one that is not known here is said by its name."""
    sentence = SENTENCES.get(code)
    return sentence(data) if sentence else code.replace("_", " ").capitalize() + "."


def listed(words: Sequence[str]) -> str:
    """This joins words as a sentence does: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counted(number: int, one: str, many: str | None = None) -> str:
    """This counts things: 1 party, 2 parties."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def span(minutes: int) -> str:
    """This is a length of time: 45 minutes, 2 hours, 1 hour and 45 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [counted(hours, "hour")] if hours else []
    return listed(parts + ([counted(rest, "minute")] if rest or not hours else []))


def clock(instant: str) -> str:
    """This is the time of an ISO instant as the venue's clock shows it."""
    return instant[11:16]


def _tables(data: Data) -> str:
    return " + ".join(data["tables"])


def _has_seat(data: Data) -> str:
    return f"There is a seat for a party of {data['party_size']}."


def _seated(data: Data) -> str:
    where = f"{_tables(data)} in {data['zone_name']}"
    seats = f"{counted(data['seats'], 'seat')} for a party of {data['party_size']}"
    ways = "the only way there was" if data["candidates"] == 1 else f"the best of {data['candidates']} ways"
    return f"{where}, {seats}: {ways}."


def _preferred(data: Data) -> str:
    """Says what decided; differences that round to nothing are left out."""
    fors = [_term(term, 0) for term in data["terms"] if term["difference"] >= 0.05]
    against = [_term(term, 1) for term in data["terms"] if term["difference"] <= -0.05]
    reasons = f": {listed(fors)}" if fors else ""
    but = f"; on the other side {listed(against)}" if against else ""
    return f"Worth {data['margin']:.1f} seats more than {' + '.join(data['runner_up'])}{reasons}{but}."


def _term(term: Data, side: int) -> str:
    words = TERM_WORDS.get(term["term"], (term["term"], f"less {term['term']}"))
    return f"{words[side]} ({abs(term['difference']):.1f})"


def _equal(data: Data) -> str:
    return (
        f"As good as {' + '.join(data['runner_up'])}: of equals the one with fewer tables, then fewer seats, then the "
        "first by name is taken."
    )


def _moved(data: Data) -> str:
    kept = [f"at the same time, {clock(data['starts_at'])}", f"{data['seats']} seats for {data['party_size']}"]
    kept += ["on an accessible table as promised"] if data["accessible"] else []
    kept += [f"in {data['zone_name']} as promised"] if data["promised_zone"] else []
    return f"{data['name']} moves from {' + '.join(data['from'])} to {' + '.join(data['to'])}: {', '.join(kept)}."


def _all_taken(data: Data) -> str:
    window = f"between {clock(data['starts_at'])} and {clock(data['ends_at'])}"
    who = f"a party of {data['party_size']}" + (" with an accessible table" if data["accessible"] else "")
    who += f" in {data['zone_name']}" if data.get("zone_name") else ""
    if data["ways"] == 1:
        only = "table" if data["single_tables"] else "join of tables"
        return f"The only {only} that can seat {who} is taken {window}."
    kinds = [
        counted(data[kind], one, many)
        for kind, one, many in (("single_tables", "table", "tables"), ("joins", "join", "joins"))
        if data[kind]
    ]
    every = "Both ways" if data["ways"] == 2 else f"All {data['ways']} ways"
    return f"{every} to seat {who} ({listed(kinds)}) are taken at some time {window}."


def _in_the_way(data: Data) -> str:
    """Says who has the tables, as long as somebody would listen to the end of it."""
    tables = data["tables"]
    if len(tables) > READ_ALOUD:
        return f"Each of them needs one of {len(tables)} tables, and all of these are taken."
    need = f"Each of them needs {tables[0]}" if len(tables) == 1 else f"Each of them needs one of {listed(tables)}"
    return f"{need}: {'; '.join(_held(table) for table in data['taken'])}."


def _held(table: Data) -> str:
    return f"{table['table']} is {listed([_held_by(blocker) for blocker in table['blockers']])}"


def _excluded(data: Data) -> str:
    return f"Not offered again, because taking it has just failed: {listed([' + '.join(one) for one in data['sets']])}."


def _held_by(blocker: Data) -> str:
    window = f"{clock(blocker['starts_at'])}–{clock(blocker['ends_at'])}"
    match blocker["kind"]:
        case "hold":
            return f"held for somebody {window}"
        case "block":
            return f"out of use {window}"
        case _:
            return f"taken by {blocker['name']} {window}"


def _cannot_move(data: Data) -> str:
    names, why = data["names"], WHY_NOT_MOVED.get(data["why"], data["why"])
    who = counted(len(names), "party", "parties") if len(names) > READ_ALOUD else listed(names)
    return f"{who} {'is' if len(names) == 1 else 'are'} {why}."


def _moves_searched(data: Data) -> str:
    movable, budget = data["movable"], data["budget"]
    some = f"up to {budget} of the " if budget < movable else "any of the "
    return f"Moving {some}{counted(movable, 'party', 'parties')} that may be moved was looked into; no way was found."


def _where(data: Data) -> str:
    return f"in {data['zone_name']}" if data.get("zone_name") else "here"


def _too_large(data: Data) -> str:
    where = "accessible tables" if data["accessible"] else "tables"
    joined = f", with up to {data['max_tables']} tables joined" if data["max_tables"] > 1 else ""
    largest = f"the largest party is {data['largest_party']}{joined}" if data["largest_party"] else "there are none"
    return f"No {where} {_where(data)} can ever seat a party of {data['party_size']}: {largest}."


def _no_set(data: Data) -> str:
    size = data["party_size"]
    return f"No table or join {_where(data)} takes a party of {size}, though smaller and larger ones have theirs."


def _paced(data: Data) -> str:
    what = ("guest", "guests") if data["what"] == "covers" else ("party", "parties")
    asked = f"{data['asked']} more" if data["what"] == "covers" else "one more"
    return (
        f"{counted(data['taken'], *what)} already start at {clock(data['slot'])}, and {data['limit']} may"
        f"{_of_rule(data['rule'])}; {asked} would be too many."
    )


def _of_rule(rule: Data) -> str:
    parts = [
        f"on {rule['date']}" if rule["date"] else "",
        f"at {rule['time']}" if rule["time"] else "",
        f"at {rule['service']}" if rule["service"] else "",
    ]
    named = " ".join(part for part in parts if part)
    return f" {named}" if named else ""


def _nearest(data: Data) -> str:
    return f"The nearest time with room is {clock(data['starts_at'])}, at {_tables(data)}."


def _another_time(data: Data) -> str:
    apart = data["minutes"]
    how = f"{span(abs(apart))} {'later' if apart > 0 else 'earlier'}"
    return f"{how[0].upper()}{how[1:]}, at {clock(data['starts_at'])}, there is room."


def _smaller(data: Data) -> str:
    return f"There is room for a party of {data['party_size']} at that time."


def _without_access(_: Data) -> str:
    return "There is room at that time, but not at an accessible table."


def _other_zone(data: Data) -> str:
    return f"There is room at that time in {data['zone_name']}."


def _shorter(data: Data) -> str:
    stay, turn = data["stay_minutes"], data["turn_minutes"]
    return f"{_tables(data)} could be theirs until {clock(data['until'])}: {span(stay)} instead of {span(turn)}."


def _without_one(data: Data) -> str:
    who, names = data["blocker"], {"hold": "a hold", "block": "a block"}
    name = f"{names.get(who['kind'], who['name'])} ({clock(who['starts_at'])}–{clock(who['ends_at'])})"
    return f"Only {name} stands in the way of {_tables(data)}, by {span(data['overlap_minutes'])}."


def _override(data: Data) -> str:
    rules = listed([RULE_WORDS.get(rule, rule) for rule in data["rules"]])
    return f"{_tables(data)} is free and staff may give it, setting a rule aside: {rules}."


def _override_pacing(data: Data) -> str:
    return f"There is room at {_tables(data)}, and staff may set the limit of the slot aside."


def _free_plan(data: Data) -> str:
    seats = counted(data["seats"], "seat")
    return f"{_tables(data)} in {data['zone_name']} is free: {seats} for a party of {data['party_size']}."


def _moves_make_room(data: Data) -> str:
    moves = [f"{m['name']} moves from {' + '.join(m['from'])} to {' + '.join(m['to'])}" for m in data["moves"]]
    return f"{_tables(data)} is free once {listed(moves)}."


def _with_moves(data: Data) -> str:
    moves = [f"{m['name']} from {' + '.join(m['from'])} to {' + '.join(m['to'])}" for m in data["moves"]]
    return f"There is room if {listed(moves)} {'changes' if len(moves) == 1 else 'change'} tables, {_rule_bent(data)}."


def _rule_bent(data: Data) -> str:
    if data["freeze_minutes"] != data["usual_freeze_minutes"]:
        return f"although closer to their time than {span(data['usual_freeze_minutes'])}"
    if data["budget"] == data["usual_budget"]:
        return "as a longer search has found"
    if not data["usual_budget"]:
        return "though moves are switched off"
    return f"which is {counted(len(data['moves']), 'move')} where {data['usual_budget']} may be made"


SENTENCES: Final[Mapping[str, Callable[[Data], str]]] = {
    "has_seat": _has_seat,
    "seated": _seated,
    "preferred": _preferred,
    "equally_good": _equal,
    "moved": _moved,
    "all_taken": _all_taken,
    "in_the_way": _in_the_way,
    "excluded": _excluded,
    "cannot_be_moved": _cannot_move,
    "moves_searched": _moves_searched,
    "too_large": _too_large,
    "no_set": _no_set,
    "paced": _paced,
    "nearest_gap": _nearest,
    "another_time": _another_time,
    "smaller_party": _smaller,
    "without_accessible": _without_access,
    "other_zone": _other_zone,
    "shorter_stay": _shorter,
    "without_one": _without_one,
    "override": _override,
    "override_pacing": _override_pacing,
    "with_moves": _with_moves,
    "free_plan": _free_plan,
    "moves_make_room": _moves_make_room,
}
