from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import errors_urls  # noqa: F401 says where rejected rows are
