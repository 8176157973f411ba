from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import (  # noqa: F401 what they say is registered
            errors_urls,
            panels,
        )
