"""A database of one run, on the servers that `make bench` brings."""

from contextlib import contextmanager

from tests import environment


@contextmanager
def scratch_database():
    """Django set up on an empty, migrated database, which goes at the end; files go with it."""
    environment.set_defaults()

    import django

    django.setup()
    from django.db import connection

    given = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(given, verbosity=0)
