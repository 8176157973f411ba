"""Life after the verdict, the portfolio of a quarter, and how far a night's measuring is."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.ids
from core.migrations_ops import FreezeColumns, ProtectAppendOnly

GUARD = """
CREATE FUNCTION measurement_lasting_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
            SELECT FROM measurement_reading l
            JOIN measurement_reading p ON p.redesign_id = l.redesign_id
            WHERE l.id = NEW.reading_id AND l.kind IN ('day_90', 'day_180')
                AND p.id = NEW.primary_id AND p.kind = 'primary') THEN
        PERFORM workflows_refuse('lasting_fits_its_readings',
            'a later reading and the primary one of the same redesign belong here');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON measurement_lasting
FOR EACH ROW EXECUTE FUNCTION measurement_lasting_guard();
ALTER TABLE measurement_lasting ENABLE ALWAYS TRIGGER guard;
"""
FORGET_GUARD = """
DROP TRIGGER guard ON measurement_lasting;
DROP FUNCTION measurement_lasting_guard();
"""
# As measurement.statistics.lasting says it of readings that are here already.
EARLIER = """
INSERT INTO measurement_lasting (reading_id, primary_id, state, found_at)
SELECT l.id, p.id,
    CASE
        WHEN l.verdict = 'improved' THEN 'sustained'
        WHEN EXISTS (
                SELECT FROM unnest(ARRAY['G1', 'G2', 'G3', 'G4', 'G5', 'G8']) AS gate
                WHERE l.result->'gates'->gate->>'passed' = 'false') THEN 'not_known'
        WHEN p.verdict = 'improved'
            AND (l.result->>'low')::float8 > (p.result->>'ratio')::float8 THEN 'relapse'
        ELSE 'not_shown'
    END,
    l.measured_at
FROM measurement_reading l
JOIN measurement_reading p ON p.redesign_id = l.redesign_id AND p.kind = 'primary'
WHERE l.kind IN ('day_90', 'day_180')
ORDER BY l.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("measurement", "0008_useimport"),
        ("workflows", "0008_teamtalk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Lasting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sustained", "Sustained"),
                            ("relapse", "Relapse"),
                            ("not_shown", "Not shown any more"),
                            ("not_known", "Not known yet"),
                        ],
                        max_length=10,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                (
                    "primary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="measurement.reading",
                    ),
                ),
                (
                    "reading",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lasting",
                        to="measurement.reading",
                    ),
                ),
            ],
            options={
                "verbose_name": "later reading",
                "verbose_name_plural": "later readings",
            },
        ),
        migrations.CreateModel(
            name="MeasuringRun",
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
                ("at", models.DateTimeField()),
                ("ranges", models.PositiveIntegerField()),
                ("workflows", models.PositiveIntegerField()),
                ("redesigns", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-id"], name="measuringrun_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ranges__gte", 1), ("redesigns__gte", 1), ("workflows__gte", 1)
                        ),
                        name="measuringrun_has_work",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PortfolioReading",
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
                ("quarter", models.DateField()),
                ("is_final", models.BooleanField()),
                ("due", models.PositiveIntegerField()),
                ("outstanding", models.PositiveIntegerField()),
                ("improved", models.PositiveIntegerField()),
                ("expected_false", models.FloatField()),
                ("pooled_ratio", models.FloatField(null=True)),
                ("pooled_low", models.FloatField(null=True)),
                ("pooled_high", models.FloatField(null=True)),
                ("pooled_of", models.PositiveIntegerField(default=0)),
                ("result", models.JSONField()),
                ("result_sha256", models.CharField(max_length=64)),
                ("code_version", models.CharField(max_length=64)),
                ("is_simulated", models.BooleanField(default=False)),
                ("measured_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "portfolio reading",
                "verbose_name_plural": "portfolio readings",
                "indexes": [
                    models.Index(fields=["quarter", "-id"], name="portfolioreading_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("quarter"),
                        condition=models.Q(("is_final", True)),
                        name="portfolioreading_final_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quarter__day", 1), ("quarter__month__in", (1, 4, 7, 10))
                        ),
                        name="portfolioreading_quarter_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expected_false__gte", 0),
                            (
                                "improved__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("due"), "-", models.F("outstanding")
                                ),
                            ),
                        ),
                        name="portfolioreading_counts_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("pooled_high__isnull", True),
                                ("pooled_low__isnull", True),
                                ("pooled_ratio__isnull", True),
                            ),
                            models.Q(
                                ("pooled_high__gte", models.F("pooled_ratio")),
                                ("pooled_low__lte", models.F("pooled_ratio")),
                                ("pooled_of__gte", 2),
                            ),
                            _connector="OR",
                        ),
                        name="portfolioreading_pooled_holds_ratio",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("result_sha256__regex", "^[0-9a-f]{64}$")),
                        name="portfolioreading_hash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortfolioMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("improved", "Improved"),
                            ("worse", "Worse"),
                            ("no_measurable_change", "No measurable change"),
                            ("insufficient_evidence", "Insufficient evidence"),
                            ("faster_but_worse", "Faster but worse"),
                            ("refused", "Refused (data)"),
                        ],
                        max_length=24,
                    ),
                ),
                ("p", models.FloatField()),
                ("adjusted_p", models.FloatField()),
                ("survived", models.BooleanField()),
                ("counted", models.BooleanField()),
                (
                    "reading",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="measurement.reading",
                    ),
                ),
                (
                    "redesign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workflows.redesign",
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="measurement.portfolioreading",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a portfolio reading",
                "verbose_name_plural": "members of portfolio readings",
            },
        ),
        migrations.CreateModel(
            name="RelapseAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="Why the effect went")),
                ("plan", models.TextField(verbose_name="What will be done")),
                ("answered_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lasting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="measurement.lasting",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to a relapse",
                "verbose_name_plural": "answers to relapses",
            },
        ),
        migrations.AddIndex(
            model_name="lasting",
            index=models.Index(
                models.F("found_at"),
                condition=models.Q(("state", "relapse")),
                name="lasting_relapses",
            ),
        ),
        migrations.AddConstraint(
            model_name="lasting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["sustained", "relapse", "not_shown", "not_known"])
                ),
                name="lasting_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliomember",
            constraint=models.UniqueConstraint(
                models.F("portfolio"), models.F("redesign"), name="portfoliomember_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliomember",
            constraint=models.CheckConstraint(
                condition=models.Q(("adjusted_p__range", (0, 1)), ("p__range", (0, 1))),
                name="portfoliomember_p",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliomember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counted", False),
                    models.Q(
                        ("reading__isnull", False), ("survived", True), ("verdict", "improved")
                    ),
                    _connector="OR",
                ),
                name="portfoliomember_counted_only_when_improved",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliomember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reading__isnull", False),
                        (
                            "verdict__in",
                            [
                                "improved",
                                "worse",
                                "no_measurable_change",
                                "insufficient_evidence",
                                "faster_but_worse",
                                "refused",
                            ],
                        ),
                    ),
                    models.Q(("p", 1), ("reading__isnull", True), ("verdict", "")),
                    _connector="OR",
                ),
                name="portfoliomember_unread_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="relapseanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True), models.Q(("plan", ""), _negated=True)
                ),
                name="relapseanswer_says_why_and_what",
                violation_error_message="Say why the effect went, and what will be done.",
            ),
        ),
        migrations.RunSQL(GUARD, FORGET_GUARD),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        ProtectAppendOnly("measurement_lasting"),
        ProtectAppendOnly("measurement_relapseanswer"),
        ProtectAppendOnly("measurement_portfolioreading"),
        ProtectAppendOnly("measurement_portfoliomember"),
        FreezeColumns("measurement_measuringrun", "public_id", "at", "created_at"),
    ]
