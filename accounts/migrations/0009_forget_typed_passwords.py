"""Forget what was typed at failed sign-ins: a new password may be among it (``accounts.receivers``)."""

from django.db import migrations

FORGET = """
-- writes the table anew: an update alone would leave the passwords in rows that nobody sees
alter table axes_accessattempt
alter column get_data type text using '',
alter column post_data type text using ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_scopes_of_payees_and_assessments"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
