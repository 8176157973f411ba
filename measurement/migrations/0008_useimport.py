"""How use, access and finished trainings come in.

The stage is unlogged and has no model, as that of cases: COPY and a few statements touch it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids
from core.migrations_ops import FreezeColumns

STAGE = """
CREATE UNLOGGED TABLE measurement_usestage (
    import_id bigint NOT NULL,
    run uuid NOT NULL,
    line integer NOT NULL,
    person text COLLATE "C" NOT NULL,
    thing text NOT NULL,
    since date NOT NULL,
    until date,
    days smallint,
    cases integer,
    worked smallint,
    person_id bigint,
    thing_id bigint
);
CREATE INDEX usestage_import ON measurement_usestage (import_id);
"""
CHANNELS = ["page", "api", "command", "demo"]
KINDS = [
    ("usage", "Use of AI, by week"),
    ("entitlements", "Who may use a tool"),
    ("completions", "Finished trainings"),
]


def person(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_job_error_facts"),
        ("measurement", "0007_use"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UseImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=core.ids.uuid7, editable=False, unique=True),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("page", "Upload"),
                            ("api", "API"),
                            ("command", "Command"),
                            ("demo", "Simulation"),
                        ],
                        max_length=8,
                    ),
                ),
                ("original_name", models.CharField(blank=True, max_length=300)),
                ("stored_name", models.CharField(blank=True, max_length=200)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(max_length=64)),
                ("options", models.JSONField(default=dict)),
                ("skip_bad_rows", models.BooleanField(default=False)),
                ("rows_read", models.PositiveIntegerField(default=0)),
                ("rows_created", models.PositiveIntegerField(default=0)),
                ("rows_updated", models.PositiveIntegerField(default=0)),
                ("rows_unchanged", models.PositiveIntegerField(default=0)),
                ("rows_rejected", models.PositiveIntegerField(default=0)),
                ("duplicate_rows", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("merged_at", models.DateTimeField(blank=True, null=True)),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                ("without_access", models.PositiveIntegerField(default=0)),
                ("confirmed_by", person(blank=True, null=True)),
                ("created_by", person(blank=True, null=True)),
                (
                    "job",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.job",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["kind", "-id"], name="useimport_newest_of_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", CHANNELS)),
                        name="useimport_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="useimport_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", [code for code, _name in KINDS])),
                        name="useimport_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UseRejection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("column", models.CharField(blank=True, max_length=40)),
                ("code", models.CharField(max_length=40)),
                ("value", models.CharField(blank=True, max_length=100)),
                (
                    "use_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejections",
                        to="measurement.useimport",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("use_import"),
                        models.F("line"),
                        name="userejection_in_file_order",
                    )
                ],
            },
        ),
        migrations.RunSQL(STAGE, "DROP TABLE measurement_usestage"),
        FreezeColumns(
            "measurement_useimport", "public_id", "kind", "sha256", "channel", "created_at"
        ),
    ]
