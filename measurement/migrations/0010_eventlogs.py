"""How a source's files are read, and events of cases.

No row of measurement_caseevent was ever written before: the table is made anew. The stage is
unlogged and has no model, as that of cases; ``position`` is set where a row is to be stored.
"""

import django.db.models.deletion
from django.db import migrations, models

from core.migrations_ops import FreezeColumns

STAGE = """
CREATE UNLOGGED TABLE measurement_eventstage (
    import_id bigint NOT NULL,
    run uuid NOT NULL,
    line integer NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    activity text COLLATE "C" NOT NULL,
    happened_at timestamptz NOT NULL,
    began_at timestamptz,
    lifecycle text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    fields jsonb,
    position integer
);
CREATE INDEX eventstage_import ON measurement_eventstage (import_id);
"""
ONLY_WHEN_EMPTY = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM measurement_caseevent) THEN
        RAISE EXCEPTION 'measurement_caseevent has rows: keep them elsewhere before this migration';
    END IF;
END $$
"""
LIFECYCLES = ["", "start", "complete", "other"]
EVENT_COLUMNS = (
    *("workflow_id", "case_id", "position", "activity", "happened_at", "began_at"),
    *("lifecycle", "kind", "fields"),
)


def activities(told: str) -> models.JSONField:
    return models.JSONField(blank=True, default=list, verbose_name=told)


class Migration(migrations.Migration):
    dependencies = [
        ("measurement", "0009_portfolioreading"),
        ("workflows", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="casesource",
            name="layout",
            field=models.CharField(
                choices=[
                    ("cases", "One row for each case"),
                    ("events", "An event log: one row for each step of a case"),
                ],
                default="cases",
                max_length=8,
                verbose_name="layout",
            ),
        ),
        migrations.AddField(
            model_name="casesource",
            name="encoding",
            field=models.CharField(
                blank=True, default="", max_length=32, verbose_name="letters of the file"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="casesource",
            name="delimiter",
            field=models.CharField(
                blank=True, default="", max_length=1, verbose_name="sign between cells"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="casesource",
            name="time_pattern",
            field=models.CharField(
                blank=True, default="", max_length=32, verbose_name="how times are written"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="casesource",
            name="decimal",
            field=models.CharField(default=".", max_length=1, verbose_name="decimal sign"),
        ),
        migrations.AddField(
            model_name="casesource",
            name="sheet",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="sheet"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="casesource",
            name="start_activities",
            field=activities("steps that begin a case"),
        ),
        migrations.AddField(
            model_name="casesource",
            name="end_activities",
            field=activities("steps that complete a case"),
        ),
        migrations.AddField(
            model_name="casesource",
            name="cancel_activities",
            field=activities("steps that cancel a case"),
        ),
        migrations.AddConstraint(
            model_name="casesource",
            constraint=models.CheckConstraint(
                condition=models.Q(("layout__in", ["cases", "events"])),
                name="casesource_layout_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="casesource",
            constraint=models.CheckConstraint(
                condition=models.Q(("decimal__in", [".", ","])), name="casesource_decimal_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="casesource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("layout", "events"), _negated=True),
                    models.Q(("end_activities", []), _negated=True),
                    _connector="OR",
                ),
                name="casesource_events_have_an_end",
            ),
        ),
        migrations.RunSQL(ONLY_WHEN_EMPTY, migrations.RunSQL.noop),
        migrations.DeleteModel(name="CaseEvent"),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "workflow_id",
                        "case_id",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "workflow",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workflows.workflow",
                    ),
                ),
                ("case_id", models.CharField(db_collation="C", max_length=200)),
                ("position", models.PositiveIntegerField()),
                ("activity", models.CharField(db_collation="C", max_length=200)),
                ("happened_at", models.DateTimeField()),
                ("began_at", models.DateTimeField(null=True)),
                (
                    "lifecycle",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Done"),
                            ("start", "Started"),
                            ("complete", "Completed"),
                            ("other", "Other"),
                        ],
                        max_length=8,
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=100)),
                ("fields", models.JSONField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("lifecycle__in", LIFECYCLES)),
                        name="caseevent_lifecycle_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("began_at__isnull", True),
                            ("happened_at__gte", models.F("began_at")),
                            _connector="OR",
                        ),
                        name="caseevent_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case_id", ""), _negated=True),
                            models.Q(("activity", ""), _negated=True),
                        ),
                        name="caseevent_has_case_and_activity",
                    ),
                ],
            },
        ),
        FreezeColumns("measurement_caseevent", *EVENT_COLUMNS),
        migrations.RunSQL(STAGE, "DROP TABLE measurement_eventstage"),
    ]
