"""The words of a rejected row are made from its code when they are read.

The column stays for the release before this one; the next may drop it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("measurement", "0002_casestage")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("importrejection", "reason")],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE measurement_importrejection ALTER COLUMN reason SET DEFAULT ''",
                    "ALTER TABLE measurement_importrejection ALTER COLUMN reason DROP DEFAULT",
                )
            ],
        )
    ]
