"""Since when a redesign is out of use; and two more ways to stop one.

What was measured can be suspended, and what was approved but never went live can be retired.
"""

from importlib import import_module

from django.db import migrations, models

ADDED = (("measured", "suspended"), ("approved", "retired"))
STOPPED = ["suspended", "retired", "superseded"]

_guards = import_module("workflows.migrations.0002_guards")
BEFORE = _guards.FUNCTIONS["workflows_redesign_guard"].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
AFTER = BEFORE.replace(
    _guards.PAIRS, ", ".join([_guards.PAIRS, *(f"('{start}', '{end}')" for start, end in ADDED)])
)


class Migration(migrations.Migration):
    dependencies = [("workflows", "0003_default_policy")]

    operations = [
        migrations.AddField(
            model_name="redesign",
            name="stopped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(
            # The last change of such a row was the one that stopped it.
            "UPDATE workflows_redesign SET stopped_at = updated_at "
            "WHERE state IN ('suspended', 'retired', 'superseded')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(AFTER, BEFORE),
        migrations.AddConstraint(
            model_name="redesign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", STOPPED), ("stopped_at__isnull", False)),
                    models.Q(
                        models.Q(("state__in", STOPPED), _negated=True),
                        ("stopped_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="redesign_stopped_with_its_time",
            ),
        ),
    ]
