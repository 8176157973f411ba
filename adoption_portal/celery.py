"""The Celery application; every task is started from a job row (core.jobs), never directly."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adoption_portal.settings")

app = Celery("adoption_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
