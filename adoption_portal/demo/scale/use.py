"""Who may use a tool, and on how many days they did: a few do most of it."""

from datetime import date, timedelta

from django.db import connection

from workflows.models import AiTool

WEEKS = 13
TOOLS = 5
ENTITLED = """
INSERT INTO measurement_entitlement (person_id, tool_id, valid)
SELECT id, (%(tools)s::bigint[])[1 + id %% %(count)s], daterange('2025-01-01', NULL)
FROM people_person WHERE source_id LIKE 'scale-%%' AND id %% 10 < 8
"""
# Of ten people with access four never use it, one does every day; a week in twelve is leave.
USED = """
INSERT INTO measurement_usageweek (week, person_id, tool_id, active_days, assisted_cases, worked_days)
SELECT w.week, e.person_id, e.tool_id,
    CASE WHEN (e.person_id + w.number) %% 12 = 0 OR e.person_id %% 10 IN (0, 3, 5, 7) THEN 0
         ELSE least(5, floor(random() * random() * 7))::int END,
    floor(random() * 4)::int,
    CASE WHEN (e.person_id + w.number) %% 12 = 0 THEN 0 ELSE 5 END
FROM measurement_entitlement e
JOIN people_person p ON p.id = e.person_id AND p.source_id LIKE 'scale-%%'
CROSS JOIN (
    SELECT %(monday)s::date - 7 * n AS week, n AS number FROM generate_series(1, %(weeks)s) AS n
) w
"""


def seed_use(*, today: date) -> list[AiTool]:
    """Thirteen person-weeks of use for each person with access; the tools, for the work to name."""
    tools = [
        AiTool.objects.get_or_create(
            name=f"Scale assistant {number}",
            version="1",
            defaults={"approved": True, "is_simulated": True},
        )[0]
        for number in range(TOOLS)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(ENTITLED, {"tools": [tool.pk for tool in tools], "count": TOOLS})
        monday = today - timedelta(days=today.weekday())
        cursor.execute(USED, {"monday": monday, "weeks": WEEKS})
    return tools
