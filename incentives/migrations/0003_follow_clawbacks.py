"""Open clawbacks become follow-ups of the county's finance, with a fortnight from now on; nobody is told anew."""

from datetime import timedelta
from itertools import islice

from django.db import migrations
from django.utils import timezone

from records import audit
from records.deadlines import end_of

AT_ONCE = 2000
DAYS = timedelta(days=14)


def follow_open_clawbacks(apps, _schema_editor):
    follow_up = apps.get_model("followups", "FollowUp")
    clawbacks = apps.get_model("incentives", "Clawback").objects.filter(state="open")
    found = clawbacks.select_related("reward__policy", "allocation__fund").order_by("pk")
    due = end_of(timezone.localdate() + DAYS)
    rest = found.iterator(AT_ONCE)
    with audit.acting(None, "open_followup"):
        while rows := list(islice(rest, AT_ONCE)):
            follow_up.objects.bulk_create(_followed(follow_up, one, due) for one in rows)


def _followed(follow_up, clawback, due):
    line = clawback.reward or clawback.allocation
    source, page = (line.policy, "policies") if clawback.reward else (line.fund, "funds")
    return follow_up(
        kind="clawback",
        subject=str(clawback.pk),
        unit_id=line.passed_to_id or line.unit_id,
        params={"name": source.name},
        link=f"/{page}/{source.pk}/#clawback{clawback.pk}",
        responsible_unit_id=source.unit_id,
        responsible_role="finance",
        due_at=due,
        opened_at=clawback.proposed_at,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0003_helper"),
        ("incentives", "0002_source_attachments"),
    ]

    operations = [migrations.RunPython(follow_open_clawbacks, migrations.RunPython.noop)]
