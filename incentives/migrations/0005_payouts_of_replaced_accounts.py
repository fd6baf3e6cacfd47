import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incentives', '0004_payees'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='payout',
            options={'default_permissions': (), 'ordering': ['pk']},
        ),
        migrations.AlterField(
            model_name='payout',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='incentives.ledgerentry'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(fields=('entry', 'account'), name='payout_to_an_account_once'),
        ),
    ]
