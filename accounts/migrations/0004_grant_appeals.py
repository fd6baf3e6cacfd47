"""Who already holds an office gets what its role may do now: appealing, convening who hears an appeal, hearing it."""

from django.db import migrations

PERMISSIONS = {
    ("appeal", "Appeal the own unit's result"): ["signer"],
    ("convene_appeal_county", "Convene who hears appeals from townships' decisions"): ["county_office"],
    ("convene_appeal_city", "Convene who hears appeals from counties' decisions"): ["city_office"],
    ("hear_appeal_county", "Hear appeals from townships' decisions"): ["county_office", "county_reviewer"],
    ("hear_appeal_city", "Hear appeals from counties' decisions"): ["city_office"],
}


def grant(apps, schema_editor):
    Appointment, UnitPermission = (apps.get_model("accounts", name) for name in ("Appointment", "UnitPermission"))
    ContentType, Permission = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    for (codename, name), roles in PERMISSIONS.items():
        held = Appointment.objects.filter(role__in=roles)
        if not held.exists():
            continue
        content_type, _new = ContentType.objects.get_or_create(app_label="reviews", model="appeal")
        permission, _new = Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        UnitPermission.objects.bulk_create(
            (
                UnitPermission(user_id=a.user_id, content_object_id=a.unit_id, appointment=a, permission=permission)
                for a in held.exclude(grants__permission=permission)
            ),
            batch_size=5000,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_grant_unit_steps"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
