from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RatingsConfig(AppConfig):
    name = "ratings"

    def ready(self) -> None:
        from accounts import menu, todo
        from ratings import announcing, event_todos, receivers, register_faults, signals, star_notices, steps
        from ratings.workflow import event
        from records import integrity

        announcing.register_kinds()
        steps.register_steps()
        star_notices.register_kinds()
        event.register_kinds()
        signals.decisions_confirmed.connect(receivers.rerate_decided)
        signals.stars_changed.connect(star_notices.tell_of_stars)
        integrity.register(register_faults.REGISTER)
        todo.register(event_todos)
        menu.register(
            menu.MenuEntry(
                _("Star register"), "register", "ratings.view_register", note=_("Who holds which star"), order=60
            ),
            menu.MenuEntry(
                _("Events"),
                "events",
                "ratings.record_event",
                audiences=(menu.DESK,),
                note=_("What moves stars between ratings"),
                order=61,
            ),
            menu.MenuEntry(_("Star register"), "public_register", audiences=(menu.PUBLIC,), order=20),
        )
