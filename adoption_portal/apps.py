from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class PortalConfig(AppConfig):
    name = "adoption_portal"

    def ready(self) -> None:
        # Here, not in __init__: the launcher imports this package before any settings exist.
        from adoption_portal import celery, session_limits, shell  # noqa: F401

        shell.nav_modules()


class RecordsConfig(SimpleAdminConfig):
    """Without autodiscovery: no package of others puts pages there."""

    default_site = "adoption_portal.admin.Records"

    def ready(self) -> None:
        super().ready()
        from adoption_portal.admin import register_all

        register_all()
