"""Tables that are each other's equal: exchanging them maps allowed sets onto allowed sets."""

from maitred.domain.venue_model import Venue


def kinds_of(venue: Venue) -> dict[str, str]:
    """This names each table by the first that is its equal: same seats and rights, same neighbours."""
    near: dict[str, set[str]] = {table.id: set() for table in venue.tables}
    for join in venue.joins:
        near[join.a].add(join.b)
        near[join.b].add(join.a)
    if venue.join_capacities:  # a capacity of its own for some tables tells equals apart
        return {table.id: table.id for table in venue.tables}
    kinds: dict[str, list[str]] = {}
    for table in venue.tables:
        for members in kinds.values():
            if all(_equal(venue, near, table.id, other) for other in members):
                members.append(table.id)
                break
        else:
            kinds[table.id] = [table.id]
    return {member: kind for kind, members in kinds.items() for member in members}


def _equal(venue: Venue, near: dict[str, set[str]], one: str, other: str) -> bool:
    a, b = venue.table(one), venue.table(other)
    blocked = {block.table for block in venue.table_blocks}  # equal counts would not tell which of them is blocked
    if not blocked.isdisjoint((one, other)):
        return False
    rights = [(t.capacity, t.min_party, t.accessible, t.movable) for t in (a, b)]
    zones = {z.id: z.max_tables for z in venue.zones}
    return rights[0] == rights[1] and zones[a.zone] == zones[b.zone] and near[one] - {other} == near[other] - {one}
