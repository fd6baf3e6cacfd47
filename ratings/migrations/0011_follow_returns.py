"""Open returns become follow-ups of those who correct them; nobody is told anew."""

from itertools import islice

from django.db import migrations

from records import audit

AT_ONCE = 2000
TOWNSHIP_LENGTH = 9


def follow_open_returns(apps, _schema_editor):
    follow_up = apps.get_model("followups", "FollowUp")
    open_ones = apps.get_model("ratings", "Return").objects.filter(answered_at=None)
    found = open_ones.order_by("pk").values_list(
        "pk", "due", "at", "by", "application", "application__unit", "application__cycle__year"
    )
    rest = found.iterator(AT_ONCE)
    with audit.acting(None, "open_followup"):
        while rows := list(islice(rest, AT_ONCE)):
            follow_up.objects.bulk_create(
                follow_up(
                    kind="correction",
                    subject=str(pk),
                    unit_id=unit,
                    params={"year": year},
                    link=f"/applications/{application}/",
                    responsible_unit_id=unit,
                    responsible_role="township_filler" if len(unit) <= TOWNSHIP_LENGTH else "filler",
                    due_at=due,
                    opened_by_id=by,
                    opened_at=at,
                )
                for pk, due, at, by, application, unit, year in rows
            )


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0003_helper"),
        ("ratings", "0010_hold_applications_to_their_levels"),
    ]

    operations = [migrations.RunPython(follow_open_returns, migrations.RunPython.noop)]
