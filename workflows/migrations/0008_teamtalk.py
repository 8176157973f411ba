"""A manager says that the team was talked to about a redesign."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.migrations_ops import ProtectAppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0007_golive_source_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamTalk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_date", models.DateField(verbose_name="held on")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "redesign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="talks",
                        to="workflows.redesign",
                    ),
                ),
            ],
            options={
                "verbose_name": "team talk",
                "verbose_name_plural": "team talks",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("redesign"),
                        models.F("recorded_by"),
                        name="teamtalk_once_for_each_manager",
                    )
                ],
            },
        ),
        ProtectAppendOnly("workflows_teamtalk"),
    ]
