"""The rule for model villages, as SQL that triggers and questions share: what star is held on a day, and whether an
event of the kinds that bar is open.

Parts in SQL (``unit``, ``day``, ``kinds``) are expressions of our own code, never input. A held event is not seen.
"""

# ruff: noqa: S608 (expressions of our own code)

TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"


def star_on(unit: str, day: str) -> str:
    """The star that ``unit`` holds on ``day`` as known now; 0 for none."""
    return f"""COALESCE((
        SELECT p.star FROM ratings_starperiod p
        WHERE p.unit_id = {unit} AND p.superseded_at IS NULL AND p.during @> {day}
    ), 0)"""


def open_events(unit: str, kinds: str, what: str = "1") -> str:
    """``what`` of the released events of ``kinds`` that are not closed, of ``unit`` and those that merged into it."""
    return released_events(unit, kinds, "e.closed IS NULL", what)


def open_kinds(unit: str, kinds: str) -> str:
    """Of which ``kinds`` such events are, as an array."""
    return f"ARRAY({open_events(unit, kinds, 'e.kind')})"


def released_events(unit: str, kinds: str, which: str, what: str = "1") -> str:
    """``what`` of the released events of ``kinds`` that are so (``which``), of ``unit`` and those that merged into
    it."""
    return f"""
        SELECT {what} FROM ratings_event e
        WHERE e.unit_id IN (
            WITH RECURSIVE line(code) AS (
                SELECT {unit}::varchar
                UNION
                SELECT s.before_id FROM villages_unitsuccession s
                JOIN villages_reorganizationorder o ON o.id = s.order_id AND o.kind <> 'rename'
                JOIN line ON s.after_id = line.code
            )
            SELECT code FROM line
        )
        AND e.kind = ANY({kinds}) AND NOT e.held AND {which}
        AND NOT EXISTS (SELECT FROM ratings_reversal v WHERE v.event_id = e.id)
    """
