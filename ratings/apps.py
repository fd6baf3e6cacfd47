from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "ratings"

    def ready(self) -> None:
        from ratings import announcing, receivers, register_faults, signals, star_notices, steps
        from ratings.workflow import event
        from records import integrity

        announcing.register_kinds()
        steps.register_steps()
        star_notices.register_kinds()
        event.register_kinds()
        signals.decisions_confirmed.connect(receivers.rerate_decided)
        signals.stars_changed.connect(star_notices.tell_of_stars)
        integrity.register(register_faults.REGISTER)
