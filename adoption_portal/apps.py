from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "adoption_portal"

    def ready(self) -> None:
        # Here, not in __init__: the launcher imports this package before any settings exist.
        from adoption_portal import celery, session_limits  # noqa: F401
