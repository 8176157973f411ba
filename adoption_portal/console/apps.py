from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "adoption_portal.console"
    label = "console"
    verbose_name = "console"
