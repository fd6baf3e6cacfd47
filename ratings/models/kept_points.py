"""Points summed up as they are written: dashboards, warnings and leads read hundreds of results at once.

Both tables follow from ``Points`` and are written by triggers alone, in the transaction that writes points; the
integrity check "kept points" compares them (``ratings/integrity/kept_points_integrity.py``).
"""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from ratings.models.lifecycle import Stage

STAGE_POINTS = """
    select q.application_id, q.stage, array_agg(q.criterion order by q.criterion) as criteria,
           array_agg(q.points order by q.criterion) as points
    from ratings_points q
    where q.stage <> 'self' {where}
    group by q.application_id, q.stage
"""
SELF_AND_PANEL = """
    select a.id as application_id, p.own, p.panel
    from ratings_application a
    join ratings_cycle y on y.id = a.cycle_id
    left join (
        select s.id, array_agg(k.body ->> 'code') as codes
        from ratings_scheme s
        cross join lateral jsonb_array_elements(s.body -> 'areas') as r (body)
        cross join lateral jsonb_array_elements(r.body -> 'criteria') as k (body)
        where r.body ->> 'kind' = 'penalty'
        group by 1
    ) penalties on penalties.id = y.scheme_id
    -- Application by application: joined to all at once, a planner that expects one row aggregates anew for each.
    cross join lateral (
        select sum(c.own) as own, sum(c.panel) as panel
        from (
            select max(q.points) filter (where q.stage = 'self') as own,
                   coalesce(
                       max(q.points) filter (where q.stage = 'appeal'),
                       max(q.points) filter (where q.stage = 'county'),
                       max(q.points) filter (where q.stage = 'township')
                   ) as panel
            from ratings_points q
            where q.application_id = a.id
              and (penalties.codes is null or not q.criterion = any (penalties.codes))
            group by q.criterion
        ) c
        where c.own is not null and c.panel is not null
        having count(*) > 0
    ) p
    where true {where}
"""
"""What the tables hold, of all applications or those that ``where`` chooses."""

# Two who write points of one application at once would each miss the other's: the second waits, and sees them.
# Before a panel has given any, nothing is kept: a form is saved again and again. "offset 0": look up row by row.
_KEEP = f"""
    touched := array({{touched}});
    perform from ratings_application where id = any (touched) order by id for no key update;
    touched := array(
        select t.id from unnest(touched) as t (id)
        where exists (select from ratings_points q where q.application_id = t.id and q.stage <> 'self' offset 0)
           or exists (select from ratings_stagepoints k where k.application_id = t.id offset 0)
    );
    if touched = '{{{{}}}}' then
        return null;
    end if;
    delete from ratings_stagepoints where application_id = any (touched);
    insert into ratings_stagepoints (application_id, stage, criteria, points)
    {STAGE_POINTS.format(where="and q.application_id = any (touched)")};
    delete from ratings_selfandpanel where application_id = any (touched);
    insert into ratings_selfandpanel (application_id, own, panel)
    {SELF_AND_PANEL.format(where="and a.id = any (touched)")};
    return null;
"""  # noqa: S608 our own words
_DECLARED = [("touched", "bigint[]")]


def keeps_points() -> list[pgtrigger.Trigger]:
    """Triggers of the points themselves."""
    changes = {
        pgtrigger.Insert: pgtrigger.Referencing(new="written"),
        pgtrigger.Update: pgtrigger.Referencing(old="was", new="written"),
        pgtrigger.Delete: pgtrigger.Referencing(old="was"),
    }
    return [
        pgtrigger.Trigger(
            name=f"keeps_points_on_{operation.name.lower()}",
            when=pgtrigger.After,
            level=pgtrigger.Statement,
            operation=operation,
            referencing=seen,
            declare=_DECLARED,
            func=_KEEP.format(
                touched=" union ".join(
                    f"select distinct application_id from {rows}"  # noqa: S608 our own words
                    for rows in (seen.old, seen.new)
                    if rows
                )
            ),
        )
        for operation, seen in changes.items()
    ]


def keeps_points_of_a_cycle() -> pgtrigger.Trigger:
    """A scheme's next version may say otherwise which points are penalties."""
    return pgtrigger.Trigger(
        name="keeps_points_under_its_scheme",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__scheme__df=pgtrigger.F("new__scheme")),
        declare=_DECLARED,
        func=_KEEP.format(touched="select id from ratings_application where cycle_id = new.id"),
    )


class StagePoints(models.Model):
    """All points that the panels of a stage gave an application, side by side: ``points`` in the order of
    ``criteria``."""

    application = models.ForeignKey("ratings.Application", on_delete=models.CASCADE, related_name="+", db_index=False)
    stage = models.CharField(max_length=10, choices=Stage)
    criteria = ArrayField(models.CharField(max_length=20))
    points = ArrayField(models.DecimalField(max_digits=32, decimal_places=20))

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["application", "stage"], name="one_row_of_points_per_stage")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.stage}"


class SelfAndPanel(models.Model):
    """What a unit gave itself beside what the panel gave it, on the criteria that both have judged.

    The two totals do not compare: a unit answers only what it supplies, a panel judges every criterion. Penalties are
    left out, as they count the other way.
    """

    application = models.OneToOneField(
        "ratings.Application", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    own = models.DecimalField(max_digits=34, decimal_places=20)
    panel = models.DecimalField(max_digits=34, decimal_places=20)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.application_id} {self.own} {self.panel}"

    @property
    def difference(self) -> Decimal:
        return self.own - self.panel
