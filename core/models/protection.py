"""The marker for tables whose rows are only ever inserted."""

from django.db import models


class AppendOnly(models.Model):
    """Rows never change and never go.

    The marker itself refuses nothing: a migration adds ``core.migrations_ops.ProtectAppendOnly``
    for the table, and ``manage.py harden_db`` takes UPDATE, DELETE and TRUNCATE from the
    application's role. ``harden_db --check`` names every marked table that lacks either.
    """

    class Meta:
        abstract = True
