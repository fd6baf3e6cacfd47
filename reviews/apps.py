from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from reviews import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
