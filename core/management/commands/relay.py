from typing import Any

from django.core.management.base import BaseCommand

from core.jobs.relay import Relay
from core.stopping import stop_on_signals


class Command(BaseCommand):
    help = "Send waiting jobs to the workers and free what dead workers held. Runs until stopped."

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        Relay(stop_on_signals()).run()
