"""The independent check of a seating against its scenario and the rules of seating.

A copy of `check` and what it needs from shared/scenarios/judge.py: it knows nothing of maitred's code, on purpose,
and must not be "fixed" to agree with it. Left out: the command line and the solver for the optimum.
"""

from datetime import datetime


def minutes(iso):
    return int(datetime.fromisoformat(iso).timestamp() // 60)


class Floor:
    def __init__(self, venue):
        self.venue = venue
        self.tables = {t["id"]: t for t in venue["tables"]}
        self.near = {t: set() for t in self.tables}
        for a, b in venue["joins"]:
            self.near[a].add(b)
            self.near[b].add(a)
        self.sets = self._connected_sets(venue["max_tables_per_booking"])

    def _connected_sets(self, most):
        seen = {frozenset([t]) for t in self.tables}
        layer = set(seen)
        for _ in range(most - 1):
            layer = {s | {u} for s in layer for t in s for u in self.near[t] if u not in s} - seen
            seen |= layer
        return seen

    def capacity(self, tables):
        return sum(self.tables[t]["capacity"] for t in tables)

    def fits(self, tables, booking):
        party, seats = booking["party_size"], self.capacity(tables)
        if seats < party:
            return False
        if len(tables) == 1:
            if party < self.tables[next(iter(tables))]["min_party"]:
                return False
        elif any(seats - self.tables[t]["capacity"] >= party for t in tables):
            return False
        return not booking.get("accessible") or any(self.tables[t]["accessible"] for t in tables)

    def window(self, booking):
        start = minutes(booking["start"])
        turn = next(r["minutes"] for r in self.venue["turn_minutes"] if booking["party_size"] <= r["max_party"])
        return start, start + turn + self.venue["buffer_minutes"]


def bookings_of(scenario):
    asked = {e["booking"]["id"]: e["booking"] for e in scenario["events"] if e["type"] == "request"}
    cancelled = {e["booking_id"] for e in scenario["events"] if e["type"] == "cancel"}
    return asked, cancelled


def check(scenario, seating):
    floor = Floor(scenario["venue"])
    asked, cancelled = bookings_of(scenario)
    busy, faults, covers = {}, [], 0
    for booking_id, tables in seating.items():
        chosen = frozenset(tables)
        if booking_id not in asked:
            faults.append(f"{booking_id}: not in the scenario")
        elif booking_id in cancelled:
            faults.append(f"{booking_id}: cancelled, yet seated")
        elif chosen not in floor.sets:
            faults.append(f"{booking_id}: {sorted(chosen)} is not an allowed set")
        elif not floor.fits(chosen, asked[booking_id]):
            faults.append(f"{booking_id}: {sorted(chosen)} does not fit the party")
        else:
            start, end = floor.window(asked[booking_id])
            for table in chosen:
                for other, (lo, hi) in busy.setdefault(table, {}).items():
                    if start < hi and lo < end:
                        faults.append(f"{booking_id} and {other} overlap on {table}")
                busy[table][booking_id] = (start, end)
            covers += asked[booking_id]["party_size"]
    return covers, faults
