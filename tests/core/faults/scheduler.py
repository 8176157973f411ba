"""The scheduler's own command, with something to ask for each second."""

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    from tests.core.faults.work import every_second

    every_second()
    call_command("scheduler")
