"""When a wave closed, what share has answered, and how far its mails got."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial")]

    operations = [
        migrations.AddField(
            "wave",
            "answered_percent",
            models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField("wave", "closed_date", models.DateField(editable=False, null=True)),
        migrations.AlterField(
            "wave",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Being prepared"),
                    ("open", "Open"),
                    ("closed", "Closed, being counted"),
                    ("released", "Released, key not yet destroyed"),
                    ("done", "Released"),
                    ("too_few", "Too few answers"),
                    ("stopped", "Ended without a result"),
                    ("cancelled", "Not opened"),
                ],
                default="draft",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            "wave",
            models.CheckConstraint(
                name="wave_closed_with_its_date",
                condition=models.Q(
                    closed_date__isnull=True, state__in=["draft", "open", "cancelled"]
                )
                | (
                    models.Q(closed_date__isnull=False)
                    & ~models.Q(state__in=["draft", "open", "cancelled"])
                ),
            ),
        ),
        migrations.AddConstraint(
            "wave",
            models.CheckConstraint(
                name="wave_answered_share_is_rounded",
                condition=models.Q(answered_percent__isnull=True)
                | models.Q(answered_percent__in=list(range(10, 95, 5))),
            ),
        ),
        migrations.CreateModel(
            "Mailing",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invitation", "Invitation"),
                            ("reminder", "Reminder"),
                            ("result", "The results are there"),
                        ],
                        max_length=12,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("through_person", models.BigIntegerField(default=0)),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mailings",
                        to="surveys.wave",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint("wave", "kind", "number", name="mailing_once"),
                    models.CheckConstraint(
                        name="mailing_kind_known",
                        condition=models.Q(kind__in=["invitation", "reminder", "result"]),
                    ),
                ],
            },
        ),
    ]
