"""Where rows of a file wait until all of them are checked; and readings that never change.

The table is unlogged: a crash of the server empties it, the job reads the file again. It has no
model, because nothing but COPY and one INSERT ... SELECT ever touches it.
"""

from django.db import migrations

from core.migrations_ops import FreezeColumns, ProtectAppendOnly

STAGE = """
CREATE UNLOGGED TABLE measurement_casestage (
    import_id bigint NOT NULL,
    run uuid NOT NULL,
    line integer NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    completed_at timestamptz,
    status text NOT NULL,
    kind text NOT NULL,
    last_event_at timestamptz,
    fields jsonb
);
CREATE INDEX casestage_import ON measurement_casestage (import_id);
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0001_initial")]
    operations = [
        migrations.RunSQL(STAGE, "DROP TABLE measurement_casestage"),
        ProtectAppendOnly("measurement_reading"),
        ProtectAppendOnly("measurement_readinginput"),
        FreezeColumns(
            "measurement_caseimport", "public_id", "source_id", "sha256", "channel", "created_at"
        ),
        FreezeColumns("measurement_case", "workflow_id", "case_id", "first_import_id"),
    ]
