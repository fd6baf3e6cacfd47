from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import (  # noqa: F401 - celery: the application of every `shared_task`; the others hear signals
            celery,
            second_factor,
            sessions,
        )
