"""What a recomputation found stored otherwise."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("measurement", "0005_reading_fits_its_go_live")]
    operations = [
        migrations.AddField("recomputation", "differs", models.JSONField(default=list)),
    ]
