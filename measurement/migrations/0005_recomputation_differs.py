"""What a recomputation found stored otherwise."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("measurement", "0004_recomputation")]
    operations = [
        migrations.AddField("recomputation", "differs", models.JSONField(default=list)),
    ]
