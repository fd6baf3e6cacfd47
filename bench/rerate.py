"""Re-rating the nation against one hand-written statement (architecture §5), and as the nation grows.

Every village holds a star decided on paper; one in three had an event. The two rules are hard-coded in the statement.
It fills the register, and a table kept as the register was while an exclusion constraint looked at every row.
"""

import resource
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from bench import nation
from bench.measure import once, say
from ratings.models import RegisterRun, StaleUnit
from ratings.register.rerating import rerate
from ratings.workflow.register_run import run_register
from villages.division_import import import_units

TODAY = timezone.localdate()
SHAOXING = "3306"
SCHEMES = """
insert into ratings_scheme (unit_id, rates, year, version, name, state, issued_at, body)
select code, 'village', 2020, 1, 'bench', 'issued', now(), '{"rules": [
    {"event": "a", "does": "cap", "star": 3, "months": 12, "automatic": true},
    {"event": "b", "does": "lower", "by": 1, "months": 3, "automatic": true}]}'
from villages_unit where length(code) = 6
"""
DECISIONS = """
insert into ratings_decision
    (unit_id, year, star, origin, state, document, reason, decided_at, "on", cut_off)
select code, 2025, (hashtext(code) & 3) + 1, 'imported', 'confirmed', '', '', now(),
       current_date - 300, current_date - 301
from villages_unit where level = 'village'
"""
EVENTS = """
insert into ratings_event (unit_id, kind, "on", note, source, held, recorded_at)
select code, case hashtext(code) & 1 when 0 then 'a' else 'b' end, current_date - (abs(hashtext(code)) % 400),
       '', '', false, now()
from villages_unit where level = 'village' and abs(hashtext(code)) % 3 = 0
"""
BY_HAND = """
with effect as (
    select unit_id, kind, "on" as since,
           ("on" + case kind when 'a' then interval '12 months' else interval '3 months' end)::date as until
    from ratings_event
), boundary as (
    select unit_id, "on" as day from ratings_decision
    union select e.unit_id, since from effect e join ratings_decision d on d.unit_id = e.unit_id and since > d."on"
    union select e.unit_id, until from effect e join ratings_decision d on d.unit_id = e.unit_id and until > d."on"
        where until <= current_date
), standing as (
    select b.unit_id, b.day, d.id as decision, d.star,
           min(e.kind) filter (where e.kind = 'a' or e.since > d.cut_off) as kind
    from boundary b join ratings_decision d on d.unit_id = b.unit_id
    left join effect e on e.unit_id = b.unit_id and b.day >= e.since and b.day < e.until
    group by 1, 2, 3, 4
), changed as (
    select s.*, kind is distinct from lag(kind) over w or lag(day) over w is null as changed
    from standing s window w as (partition by unit_id order by day)
)
insert into {table} (unit_id, during, star, decision_id, scheme_id, effects, recorded_at)
select c.unit_id, daterange(day, lead(day) over (partition by c.unit_id order by day)),
       case kind when 'a' then least(star, 3) when 'b' then star - 1 else star end, decision, v.id,
       case kind when 'a' then array['cap:3'] when 'b' then array['lower:1'] else '{{}}' end, now()
from changed c left join ratings_scheme v on v.unit_id = left(c.unit_id, 6)
where changed
order by 1, 2
"""
AS_IT_WAS = """
create table register_as_it_was (like ratings_starperiod including all);
drop index register_as_it_was_unit_id_lower_idx;
alter table register_as_it_was
add constraint do_not_overlap exclude using gist (unit_id with =, during with &&) where (superseded_at is null)
"""
HELD = "select unit_id, during, star, effects from ratings_starperiod order by unit_id, during"


def run(units: list[Path] | None = None) -> None:
    import_units(units or nation.files())
    with connection.cursor() as cursor:
        cursor.execute("set time zone 'Asia/Shanghai'")  # the day of the hand-written statement is ours
        for statement in (SCHEMES, DECISIONS, EVENTS, "analyze"):
            cursor.execute(statement)
        cursor.execute(
            "select count(*), count(*) filter (where unit_id like %s) from ratings_decision", [SHAOXING + "%"]
        )
        units, few = cursor.fetchone()
    execute(AS_IT_WAS)
    with tried(HELD):
        as_it_was = once(lambda: execute(BY_HAND.format(table="register_as_it_was")))
    with tried(HELD) as expected:
        by_hand = once(lambda: execute(BY_HAND.format(table="ratings_starperiod")))
    with tried(HELD) as found:
        before = memory()
        ours = once(lambda: rerate(""))
        grown = memory() - before
        begin_nights()
        night = once(run_register)
    if expected != found:
        raise AssertionError("the statement and the re-rating disagree")
    with tried(HELD):
        city = once(lambda: rerate(SHAOXING))
    detail = f"{units} units in {ours:.1f} s, by hand {as_it_was:.1f} s"
    say("re-rate the nation / by hand, as it was", ours / as_it_was, 1 / 2, detail)
    say("re-rate the nation / by hand", ours / by_hand, 2, f"by hand {by_hand:.1f} s")
    say("per unit, nation / Shaoxing", (ours / units) / (city / few), 1, f"{few} units in {city:.2f} s")
    say("a night without change / all", night / ours, 1 / 20, f"{night:.2f} s")
    print(f"memory of the process grew by {grown:.0f} MiB", flush=True)


def begin_nights() -> None:
    """As after a full run: nothing is due."""
    StaleUnit.objects.all().delete()
    done = {"day": TODAY, "started_at": timezone.now(), "ended_at": timezone.now()}
    RegisterRun.objects.create(full=True, state=RegisterRun.State.DONE, **done)


@contextmanager
def tried(look: str):
    """Do something and roll it back; afterwards holds the result of ``look`` in between, as one figure."""
    seen: list[object] = []
    with transaction.atomic():
        yield seen
        seen.append(execute(f"select count(*), md5(string_agg(h::text, '' order by h)) from ({look}) h"))  # noqa: S608
        transaction.set_rollback(True)
    execute("vacuum ratings_starperiod")


def execute(statement: str) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def memory() -> float:
    """Peak memory of this process, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
