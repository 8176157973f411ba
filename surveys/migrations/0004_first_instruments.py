"""AWT-16 1.0 and AWB-5 1.0; their texts are data under surveys/instruments."""

from django.db import migrations

from surveys.instruments import publish

FIRST = frozenset({("AWT-16", "1.0"), ("AWB-5", "1.0")})


def insert(apps, _schema_editor):
    publish(apps, codes=FIRST)


class Migration(migrations.Migration):
    dependencies = [("surveys", "0003_guards")]
    operations = [migrations.RunPython(insert, migrations.RunPython.noop)]
