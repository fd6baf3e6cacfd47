"""Who already holds an office gets what its role may do now: reporting yearly figures, making development zones."""

from django.db import migrations

PERMISSIONS = {
    ("profile", "report_profile", "Report yearly figures"): ["township_office", "county_office"],
    ("unit", "make_zone", "Make development zones"): ["city_office", "sysadmin"],
}


def grant(apps, schema_editor):
    Appointment, UnitPermission = (apps.get_model("accounts", name) for name in ("Appointment", "UnitPermission"))
    ContentType, Permission = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    for (model, codename, name), roles in PERMISSIONS.items():
        held = Appointment.objects.filter(role__in=roles)
        if not held.exists():
            continue
        content_type, _new = ContentType.objects.get_or_create(app_label="villages", model=model)
        permission, _new = Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        UnitPermission.objects.bulk_create(
            UnitPermission(user_id=a.user_id, content_object_id=a.unit_id, appointment=a, permission=permission)
            for a in held.exclude(grants__permission=permission)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_deputies_and_three_apart"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("villages", "0005_report_profiles_make_zones"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
