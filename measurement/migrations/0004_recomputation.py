"""What came of computing a reading again, kept for good like the reading."""

import django.db.models.deletion
from django.db import migrations, models

from core.migrations_ops import ProtectAppendOnly


class Migration(migrations.Migration):
    dependencies = [("measurement", "0003_importrejection_reason_from_code")]
    operations = [
        migrations.CreateModel(
            name="Recomputation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("result_sha256", models.CharField(max_length=64)),
                ("code_version", models.CharField(max_length=64)),
                ("recomputed_at", models.DateTimeField()),
                (
                    "reading",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recomputations",
                        to="measurement.reading",
                    ),
                ),
            ],
            options={
                "verbose_name": "recomputation",
                "verbose_name_plural": "recomputations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result_sha256__regex", "^[0-9a-f]{64}$")),
                        name="recomputation_hash",
                    )
                ],
            },
        ),
        ProtectAppendOnly("measurement_recomputation"),
    ]
