"""Refuses migrations that would lock tables of a running portal (django-migration-linter).

The linter is not an installed application, so that its command is not in the portal. Migrations
that create an application's tables are left out: nobody reads those tables yet.
"""

import logging
import sys

import django
from django_migration_linter import MigrationLinter

from adoption_portal.launcher.fingerprints import APPLICATIONS
from adoption_portal.launcher.folders import ROOT


def main() -> int:
    django.setup()
    logging.getLogger("django_migration_linter").setLevel(logging.WARNING)
    linter = MigrationLinter(
        str(ROOT),
        include_apps=list(APPLICATIONS),
        ignore_initial_migrations=True,
        # Of the first release, which is not out: nothing runs on these tables yet.
        ignore_name=[
            *("0002_casestage", "0002_guards", "0002_audit_hashes", "0002_unit_tree"),
            *("0005_reading_fits_its_go_live", "0006_recomputation_differs"),
            *("0006_stricter_routes", "0003_enablement", "0008_useimport", "0004_inbound"),
            *("0010_eventlogs", "0011_case_references"),
        ],
        no_cache=True,
        quiet=["ok", "ignore"],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
