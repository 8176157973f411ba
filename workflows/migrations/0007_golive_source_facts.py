"""What the case source said at go-live, locked with it (decision 0031)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0006_stricter_routes")]
    operations = [
        migrations.AddField(
            "golive", "data_from", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "golive", "completed_only", models.BooleanField(blank=True, null=True)
        ),
        migrations.AddField(
            "golive", "horizon_days", models.PositiveIntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            "golive", "picked_because_slow", models.BooleanField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            "golive",
            models.CheckConstraint(
                name="golive_source_known_whole",
                condition=models.Q(completed_only__isnull=False)
                | models.Q(data_from__isnull=True, horizon_days__isnull=True),
            ),
        ),
    ]
