"""Every sentence of an explanation, made from its code and data alone, in English or in another tongue.

Plain enough for a host to read aloud. Times in data are ISO with the venue's offset and are said as its clock shows
them; amounts are in seats, as scores count. Each sentence stands whole in the sources, for other languages order
their words otherwise; only lists and figures are put into it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from maitred.domain.assignment.tongue import English, Tongue

Data = Mapping[str, Any]
ENGLISH: Final[Tongue] = English()


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "to be translated where it is said"
    """This marks words of a table for the catalogues."""
    return message


WHY_NOT_MOVED: Final[Mapping[str, tuple[str, str]]] = {
    "frozen": (
        N_("%(who)s is too close to their time to be moved."),
        N_("%(who)s are too close to their time to be moved."),
    ),
    "pinned": (
        N_("%(who)s is promised exactly these tables by staff."),
        N_("%(who)s are promised exactly these tables by staff."),
    ),
    "seated": (N_("%(who)s is already at the table."), N_("%(who)s are already at the table.")),
    "arrived": (N_("%(who)s is already here."), N_("%(who)s are already here.")),
    "started": (N_("%(who)s is already at the table."), N_("%(who)s are already at the table.")),
    "moved_once": (N_("%(who)s has been moved once before."), N_("%(who)s have been moved once before.")),
    "moves_off": (
        N_("%(who)s is not to be moved: moves are switched off."),
        N_("%(who)s are not to be moved: moves are switched off."),
    ),
    "kept": (N_("%(who)s is not to be moved."), N_("%(who)s are not to be moved.")),
    "hold": (N_("%(who)s is held for somebody who is booking."), N_("%(who)s are held for somebody who is booking.")),
    "block": (N_("%(who)s is out of use."), N_("%(who)s are out of use.")),
}

# What a term says when it speaks for the chosen plan, and when it speaks for the other.
TERM_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "slack": (N_("fewer seats stay empty (%(by)s)"), N_("more seats stay empty (%(by)s)")),
    "tables": (N_("it takes fewer tables (%(by)s)"), N_("it takes more tables (%(by)s)")),
    "access": (N_("it keeps an accessible table free (%(by)s)"), N_("it takes an accessible table (%(by)s)")),
    "small_parties": (
        N_("it leaves more for small parties still to come (%(by)s)"),
        N_("it leaves less for small parties still to come (%(by)s)"),
    ),
    "large_parties": (
        N_("it leaves more for large parties still to come (%(by)s)"),
        N_("it leaves less for large parties still to come (%(by)s)"),
    ),
    "adjacency": (
        N_("its tables stand closer together (%(by)s)"),
        N_("its tables stand less close together (%(by)s)"),
    ),
    "zone_match": (
        N_("it is where they wish to sit (%(by)s)"),
        N_("it is not where they wish to sit (%(by)s)"),
    ),
    "load": (N_("its part of the room is quieter (%(by)s)"), N_("its part of the room is busier (%(by)s)")),
    "history": (N_("it has gone better before (%(by)s)"), N_("it has gone less well before (%(by)s)")),
}
RULE_WORDS: Final[Mapping[str, str]] = {
    "min_party": N_("the table is kept for larger parties"),
    "extra_chair": N_("it needs extra chairs"),
    "surplus_table": N_("the party could do without one of the tables"),
    "unlisted_join": N_("the tables are not listed as a join"),
}

READ_ALOUD: Final = 4
"""Of more tables than this only the names are told; who has them is in the data."""


def say(code: str, data: Data, tongue: Tongue = ENGLISH) -> str:
    """This is the sentence of a code; one that is not known here is said by its name."""
    sentence = SENTENCES.get(code)
    return sentence(data, tongue) if sentence else code.replace("_", " ").capitalize() + "."


def span(minutes: int, t: Tongue = ENGLISH) -> str:
    """This is a length of time: 45 minutes, 2 hours, 1 hour and 45 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [t.ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}] if hours else []
    if rest or not hours:
        parts.append(t.ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest})
    return t.listed(parts)


def _tables(data: Data, name: str = "tables") -> str:
    return " + ".join(data[name])


def _seats(count: int, t: Tongue) -> str:
    return t.ngettext("%(count)d seat", "%(count)d seats", count) % {"count": count}


def _parties(count: int, t: Tongue) -> str:
    return t.ngettext("%(count)d party", "%(count)d parties", count) % {"count": count}


def _has_seat(data: Data, t: Tongue) -> str:
    return t.gettext("There is a seat for a party of %(size)s.") % {"size": data["party_size"]}


def _seated(data: Data, t: Tongue) -> str:
    values = {
        "tables": _tables(data),
        "zone": data["zone_name"],
        "seats": _seats(data["seats"], t),
        "size": data["party_size"],
        "ways": data["candidates"],
    }
    if data["candidates"] == 1:
        only = t.gettext("%(tables)s in %(zone)s, %(seats)s for a party of %(size)s: the only way there was.")
        return only % values
    return t.gettext("%(tables)s in %(zone)s, %(seats)s for a party of %(size)s: the best of %(ways)s ways.") % values


def _preferred(data: Data, t: Tongue) -> str:
    """Says what decided; differences that round to nothing are left out."""
    fors = [_term(term, 0, t) for term in data["terms"] if term["difference"] >= 0.05]
    against = [_term(term, 1, t) for term in data["terms"] if term["difference"] <= -0.05]
    values = {
        "margin": t.amount(data["margin"]),
        "other": _tables(data, "runner_up"),
        "reasons": t.listed(fors),
        "against": t.listed(against),
    }
    if fors and against:
        both = t.gettext("Worth %(margin)s seats more than %(other)s: %(reasons)s; on the other side %(against)s.")
        return both % values
    if fors:
        return t.gettext("Worth %(margin)s seats more than %(other)s: %(reasons)s.") % values
    if against:
        return t.gettext("Worth %(margin)s seats more than %(other)s; on the other side %(against)s.") % values
    return t.gettext("Worth %(margin)s seats more than %(other)s.") % values


def _term(term: Data, side: int, t: Tongue) -> str:
    by = t.amount(abs(term["difference"]))
    words = TERM_WORDS.get(term["term"])
    if words is None:
        return f"{term['term'] if side == 0 else 'less ' + term['term']} ({by})"
    return t.gettext(words[side]) % {"by": by}


def _equal(data: Data, t: Tongue) -> str:
    sentence = t.gettext(
        "As good as %(other)s: of equals the one with fewer tables, then fewer seats, then the first by name is taken."
    )
    return sentence % {"other": _tables(data, "runner_up")}


def _moved(data: Data, t: Tongue) -> str:
    kept = [
        t.gettext("at the same time, %(time)s") % {"time": t.clock(data["starts_at"])},
        t.gettext("%(seats)s seats for %(size)s") % {"seats": data["seats"], "size": data["party_size"]},
    ]
    if data["accessible"]:
        kept.append(t.gettext("on an accessible table as promised"))
    if data["promised_zone"]:
        kept.append(t.gettext("in %(zone)s as promised") % {"zone": data["zone_name"]})
    values = _move(data) | {"kept": ", ".join(kept)}
    return t.gettext("%(name)s moves from %(from)s to %(to)s: %(kept)s.") % values


def _move(data: Data) -> dict[str, str]:
    return {"name": data["name"], "from": _tables(data, "from"), "to": _tables(data, "to")}


def _all_taken(data: Data, t: Tongue) -> str:
    values = {
        "who": _who(data, t),
        "from": t.clock(data["starts_at"]),
        "to": t.clock(data["ends_at"]),
        "ways": data["ways"],
    }
    if data["ways"] == 1 and data["single_tables"]:
        only = t.gettext("The only table that can seat %(who)s is taken between %(from)s and %(to)s.")
        return only % values
    if data["ways"] == 1:
        return t.gettext("The only join of tables that can seat %(who)s is taken between %(from)s and %(to)s.") % values
    values["kinds"] = t.listed(_kinds(data, t))
    if data["ways"] == 2:
        both = t.gettext("Both ways to seat %(who)s (%(kinds)s) are taken at some time between %(from)s and %(to)s.")
        return both % values
    every = t.gettext(
        "All %(ways)s ways to seat %(who)s (%(kinds)s) are taken at some time between %(from)s and %(to)s."
    )
    return every % values


def _who(data: Data, t: Tongue) -> str:
    values = {"size": data["party_size"], "zone": data.get("zone_name")}
    if data["accessible"] and data.get("zone_name"):
        return t.gettext("a party of %(size)s with an accessible table in %(zone)s") % values
    if data["accessible"]:
        return t.gettext("a party of %(size)s with an accessible table") % values
    if data.get("zone_name"):
        return t.gettext("a party of %(size)s in %(zone)s") % values
    return t.gettext("a party of %(size)s") % values


def _kinds(data: Data, t: Tongue) -> list[str]:
    tables, joins = data["single_tables"], data["joins"]
    kinds = [t.ngettext("%(count)d table", "%(count)d tables", tables) % {"count": tables}] if tables else []
    return kinds + ([t.ngettext("%(count)d join", "%(count)d joins", joins) % {"count": joins}] if joins else [])


def _in_the_way(data: Data, t: Tongue) -> str:
    """Says who has the tables, as long as somebody would listen to the end of it."""
    tables = data["tables"]
    if len(tables) > READ_ALOUD:
        many = t.gettext("Each of them needs one of %(count)s tables, and all of these are taken.")
        return many % {"count": len(tables)}
    values = {"tables": t.listed(tables), "held": "; ".join(_held(table, t) for table in data["taken"])}
    if len(tables) == 1:
        return t.gettext("Each of them needs %(tables)s: %(held)s.") % values
    return t.gettext("Each of them needs one of %(tables)s: %(held)s.") % values


def _held(table: Data, t: Tongue) -> str:
    by = t.listed([_held_by(blocker, t) for blocker in table["blockers"]])
    return t.gettext("%(table)s is %(held)s") % {"table": table["table"], "held": by}


def _held_by(blocker: Data, t: Tongue) -> str:
    values = {"window": _window(blocker, t), "name": blocker["name"]}
    match blocker["kind"]:
        case "hold":
            return t.gettext("held for somebody %(window)s") % values
        case "block":
            return t.gettext("out of use %(window)s") % values
        case _:
            return t.gettext("taken by %(name)s %(window)s") % values


def _window(data: Data, t: Tongue) -> str:
    return f"{t.clock(data['starts_at'])}–{t.clock(data['ends_at'])}"


def _excluded(data: Data, t: Tongue) -> str:
    sets = t.listed([" + ".join(one) for one in data["sets"]])
    return t.gettext("Not offered again, because taking it has just failed: %(sets)s.") % {"sets": sets}


def _cannot_move(data: Data, t: Tongue) -> str:
    names, why = data["names"], WHY_NOT_MOVED.get(data["why"], WHY_NOT_MOVED["kept"])
    who = _parties(len(names), t) if len(names) > READ_ALOUD else t.listed(names)
    return t.gettext(why[0] if len(names) == 1 else why[1]) % {"who": who}


def _moves_searched(data: Data, t: Tongue) -> str:
    movable, budget = data["movable"], data["budget"]
    values = {"budget": budget, "parties": _parties(movable, t)}
    if budget < movable:
        some = t.gettext(
            "Moving up to %(budget)s of the %(parties)s that may be moved was looked into; no way was found."
        )
        return some % values
    return t.gettext("Moving any of the %(parties)s that may be moved was looked into; no way was found.") % values


def _too_large(data: Data, t: Tongue) -> str:
    accessible = data["accessible"]
    values = {
        "where": _where(data, t),
        "size": data["party_size"],
        "largest": data["largest_party"],
        "tables": data["max_tables"],
    }
    first = (
        t.gettext("No accessible tables %(where)s can ever seat a party of %(size)s: %(why)s.")
        if accessible
        else t.gettext("No tables %(where)s can ever seat a party of %(size)s: %(why)s.")
    )
    return first % (values | {"why": _largest(data, values, t)})


def _largest(data: Data, values: Data, t: Tongue) -> str:
    if not data["largest_party"]:
        return t.gettext("there are none")
    if data["max_tables"] > 1:
        return t.gettext("the largest party is %(largest)s, with up to %(tables)s tables joined") % values
    return t.gettext("the largest party is %(largest)s") % values


def _where(data: Data, t: Tongue) -> str:
    return t.gettext("in %(zone)s") % {"zone": data["zone_name"]} if data.get("zone_name") else t.gettext("here")


def _no_set(data: Data, t: Tongue) -> str:
    sentence = t.gettext(
        "No table or join %(where)s takes a party of %(size)s, though smaller and larger ones have theirs."
    )
    return sentence % {"where": _where(data, t), "size": data["party_size"]}


def _paced(data: Data, t: Tongue) -> str:
    values = {
        "taken": _starting(data, t),
        "slot": t.clock(data["slot"]),
        "limit": data["limit"],
        "rule": _of_rule(data["rule"], t),
        "asked": data["asked"],
    }
    if data["what"] == "covers":
        guests = t.gettext(
            "%(taken)s already start at %(slot)s, and %(limit)s may%(rule)s; %(asked)s more would be too many."
        )
        return guests % values
    return (
        t.gettext("%(taken)s already start at %(slot)s, and %(limit)s may%(rule)s; one more would be too many.")
        % values
    )


def _starting(data: Data, t: Tongue) -> str:
    taken = data["taken"]
    if data["what"] == "covers":
        return t.ngettext("%(count)d guest", "%(count)d guests", taken) % {"count": taken}
    return _parties(taken, t)


def _of_rule(rule: Data, t: Tongue) -> str:
    parts = [
        t.gettext("on %(date)s") % {"date": rule["date"]} if rule["date"] else "",
        t.gettext("at %(time)s") % {"time": rule["time"]} if rule["time"] else "",
        t.gettext("at %(service)s") % {"service": rule["service"]} if rule["service"] else "",
    ]
    named = " ".join(part for part in parts if part)
    return f" {named}" if named else ""


def _nearest(data: Data, t: Tongue) -> str:
    values = {"time": t.clock(data["starts_at"]), "tables": _tables(data)}
    return t.gettext("The nearest time with room is %(time)s, at %(tables)s.") % values


def _another_time(data: Data, t: Tongue) -> str:
    values = {"span": span(abs(data["minutes"]), t), "time": t.clock(data["starts_at"])}
    later = t.gettext("%(span)s later, at %(time)s, there is room.")
    earlier = t.gettext("%(span)s earlier, at %(time)s, there is room.")
    sentence = (later if data["minutes"] > 0 else earlier) % values
    return sentence[0].upper() + sentence[1:]


def _smaller(data: Data, t: Tongue) -> str:
    return t.gettext("There is room for a party of %(size)s at that time.") % {"size": data["party_size"]}


def _without_access(_: Data, t: Tongue) -> str:
    return t.gettext("There is room at that time, but not at an accessible table.")


def _other_zone(data: Data, t: Tongue) -> str:
    return t.gettext("There is room at that time in %(zone)s.") % {"zone": data["zone_name"]}


def _shorter(data: Data, t: Tongue) -> str:
    values = {
        "tables": _tables(data),
        "until": t.clock(data["until"]),
        "stay": span(data["stay_minutes"], t),
        "turn": span(data["turn_minutes"], t),
    }
    return t.gettext("%(tables)s could be theirs until %(until)s: %(stay)s instead of %(turn)s.") % values


def _without_one(data: Data, t: Tongue) -> str:
    who = data["blocker"]
    names = {"hold": t.gettext("a hold"), "block": t.gettext("a block")}
    values = {
        "name": names.get(who["kind"], who["name"]),
        "window": _window(who, t),
        "tables": _tables(data),
        "by": span(data["overlap_minutes"], t),
    }
    return t.gettext("Only %(name)s (%(window)s) stands in the way of %(tables)s, by %(by)s.") % values


def _override(data: Data, t: Tongue) -> str:
    rules = t.listed([t.gettext(RULE_WORDS.get(rule, rule)) for rule in data["rules"]])
    sentence = t.gettext("%(tables)s is free and staff may give it, setting a rule aside: %(rules)s.")
    return sentence % {"tables": _tables(data), "rules": rules}


def _override_pacing(data: Data, t: Tongue) -> str:
    sentence = t.gettext("There is room at %(tables)s, and staff may set the limit of the slot aside.")
    return sentence % {"tables": _tables(data)}


def _free_plan(data: Data, t: Tongue) -> str:
    values = {
        "tables": _tables(data),
        "zone": data["zone_name"],
        "seats": _seats(data["seats"], t),
        "size": data["party_size"],
    }
    return t.gettext("%(tables)s in %(zone)s is free: %(seats)s for a party of %(size)s.") % values


def _moves_make_room(data: Data, t: Tongue) -> str:
    moves = [t.gettext("%(name)s moves from %(from)s to %(to)s") % _move(one) for one in data["moves"]]
    return t.gettext("%(tables)s is free once %(moves)s.") % {"tables": _tables(data), "moves": t.listed(moves)}


def _with_moves(data: Data, t: Tongue) -> str:
    moves = [t.gettext("%(name)s from %(from)s to %(to)s") % _move(one) for one in data["moves"]]
    sentence = t.ngettext(
        "There is room if %(moves)s changes tables, %(how)s.",
        "There is room if %(moves)s change tables, %(how)s.",
        len(moves),
    )
    return sentence % {"moves": t.listed(moves), "how": _rule_bent(data, t)}


def _rule_bent(data: Data, t: Tongue) -> str:
    if data["freeze_minutes"] != data["usual_freeze_minutes"]:
        closer = t.gettext("although closer to their time than %(span)s")
        return closer % {"span": span(data["usual_freeze_minutes"], t)}
    if data["budget"] == data["usual_budget"]:
        return t.gettext("as a longer search has found")
    if not data["usual_budget"]:
        return t.gettext("though moves are switched off")
    count = len(data["moves"])
    sentence = t.ngettext(
        "which is %(count)d move where %(budget)s may be made",
        "which is %(count)d moves where %(budget)s may be made",
        count,
    )
    return sentence % {"count": count, "budget": data["usual_budget"]}


SENTENCES: Final[Mapping[str, Callable[[Data, Tongue], str]]] = {
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
