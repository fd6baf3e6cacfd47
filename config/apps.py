from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import (  # noqa: F401 - celery: the app of every `shared_task`; the others connect signal receivers
            celery,
            end_of_migrate,
            second_factor,
            sessions,
        )
