from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from notifications import kinds
        from ratings import actions
        from reviews import receivers  # noqa: F401 - connects them
        from reviews.actions import ACTIONS
        from reviews.kinds import KINDS

        actions.register(*ACTIONS)
        kinds.register(**KINDS)
