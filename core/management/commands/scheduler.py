from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand

from core.schedule import run
from core.stopping import stop_on_signals


class Command(BaseCommand):
    help = "Ask for periodic jobs when they are due. A second one stands by. Runs until stopped."

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        current_app.loader.import_default_modules()  # each app's tasks.py names its periodic work
        run(stop_on_signals())
