"""Nobody signs what somebody they report to wrote; a route keeps its unit and its steps' times.

A copy knows what it was copied from.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from core.migrations_ops import FreezeColumns

_guards = import_module("workflows.migrations.0002_guards")
BEFORE = _guards.FUNCTIONS["workflows_barred"].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
# Everybody who may not sign: the proposer, every author of every revision, who reports to one of
# them through units, managers or second lines, however far down, and who stands in for one of them
# at that moment. Who heads a unit above is never a report, wherever they sit.
AFTER = f"""
CREATE OR REPLACE FUNCTION workflows_barred(redesign bigint, moment timestamptz)
RETURNS SETOF bigint STABLE {_guards.SAFE} $$
DECLARE
    today date := (moment AT TIME ZONE 'UTC')::date;
BEGIN
    RETURN QUERY
    WITH RECURSIVE authors(id) AS (
        SELECT d.proposer_id FROM workflows_redesign d WHERE d.id = redesign
        UNION SELECT r.created_by_id FROM workflows_revision r WHERE r.redesign_id = redesign
        UNION SELECT a.person_id FROM workflows_revisionauthor a
            JOIN workflows_revision r ON r.id = a.revision_id WHERE r.redesign_id = redesign),
    below(id) AS (
        SELECT a.id FROM authors a
        UNION
        SELECT report.id FROM below b CROSS JOIN LATERAL (
            SELECT s.person_id FROM people_orgunit u
                JOIN people_orgunitclosure t ON t.ancestor_id = u.id
                JOIN people_assignment s ON s.unit_id = t.descendant_id AND s.valid @> today
                WHERE u.head_id = b.id AND NOT EXISTS (
                    SELECT FROM people_orgunitclosure up JOIN people_orgunit o
                        ON o.id = up.ancestor_id
                    WHERE up.descendant_id = u.id AND up.depth > 0 AND o.head_id = s.person_id)
            UNION ALL SELECT o.head_id FROM people_orgunit u
                JOIN people_orgunitclosure t ON t.ancestor_id = u.id AND t.depth > 0
                JOIN people_orgunit o ON o.id = t.descendant_id
                WHERE u.head_id = b.id AND o.head_id IS NOT NULL
            UNION ALL SELECT s.person_id FROM people_assignment s
                WHERE s.manager_id = b.id AND s.valid @> today
            UNION ALL SELECT l.person_id FROM people_reportingline l
                WHERE l.manager_id = b.id AND l.valid @> today) report(id))
    SELECT b.id FROM below b
    UNION SELECT g.delegate_id FROM people_delegation g JOIN authors a ON a.id = g.principal_id
        WHERE g.accepted_at IS NOT NULL AND g.valid @> moment;
END $$"""

# What is open now; what is closed never changes.
FILL = """
UPDATE workflows_redesign d SET copied_from_id = source.id
FROM core_auditevent e JOIN workflows_redesign source
    ON source.public_id::text = e.after ->> 'copy_of'
WHERE e.verb = 'redesign.copied' AND e.subject_id = d.public_id::text;
UPDATE workflows_route r SET unit_id = w.unit_id
FROM workflows_redesign d JOIN workflows_workflow w ON w.id = d.workflow_id
WHERE d.id = r.redesign_id AND r.closed_at IS NULL;
UPDATE workflows_routestep s SET due_days = COALESCE((
    SELECT min((rule -> 'step' ->> 'due_days')::int)
    FROM workflows_route r JOIN workflows_policyversion p ON p.id = r.policy_version_id,
        jsonb_array_elements(p.rules) rule
    WHERE r.id = s.route_id AND rule -> 'step' ->> 'role' = s.role), 7)
WHERE s.closed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0005_states_dates_and_proofs"),
        ("people", "0002_unit_tree"),
        ("core", "0003_job_error_facts"),
    ]

    operations = [
        migrations.RunSQL(AFTER, BEFORE),
        migrations.AddField(
            model_name="redesign",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="workflows.redesign",
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.orgunit",
            ),
        ),
        migrations.AddField(
            model_name="routestep",
            name="due_days",
            field=models.PositiveSmallIntegerField(default=7),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="routestep",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_days__gte", 1)), name="routestep_due_from_one"
            ),
        ),
        FreezeColumns("workflows_redesign", "copied_from_id"),
        FreezeColumns("workflows_route", "unit_id"),
        FreezeColumns("workflows_routestep", "due_days"),
    ]
