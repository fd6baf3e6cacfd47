"""Communities and stations are paid too: the right to propose a payee account is named after units."""

from django.db import migrations

NAME = "update auth_permission set name = 'Propose payee accounts of {}' where codename = 'propose_payee'"


class Migration(migrations.Migration):
    dependencies = [
        ('incentives', '0010_voucher_numbers'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='payeeaccount',
            options={
                'default_permissions': (),
                'ordering': ['unit', '-id'],
                'permissions': [('propose_payee', 'Propose payee accounts of units'), ('confirm_payee', 'Confirm payee accounts that others proposed')],
            },
        ),
        migrations.RunSQL(NAME.format("units"), NAME.format("villages")),
    ]
