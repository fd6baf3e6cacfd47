"""Help: for each page, one short text that tells its reader what to do there, step by step. Together they are the
manual.

Apps register those of their module ``help_topics`` in ``registrations.py``; readers see those about their own tasks.
The picture of a topic is ``static/img/help/NAME.jpg``, made by ``tests/test_manual.py``.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise

from accounts.models import User
from records.registry import Registry

PICTURES = settings.BASE_DIR / "static" / "img" / "help"


@dataclass(frozen=True)
class Topic:
    """``pages``: the names of the addresses that it explains, its own first. ``needs``: permissions ("app.verb"), of
    which the reader must hold one; none: everyone who is signed in. ``public``: everyone. Smaller ``order`` first."""

    name: str
    title: Promise
    what: Promise
    steps: tuple[Promise, ...]
    pages: tuple[str, ...]
    needs: tuple[str, ...] = ()
    public: bool = False
    order: int = 50

    @property
    def picture(self) -> str:
        """Its path among the static files; "" where there is none."""
        name = f"{self.name}.jpg"
        return f"img/help/{name}" if (PICTURES / name).exists() else ""

    def concerns(self, user: User | AnonymousUser) -> bool:
        if self.public or not user.is_authenticated:
            return self.public
        return not self.needs or any(user.reach(permission) for permission in self.needs)


_topics = Registry[Topic](order=lambda topic: topic.order)
register = _topics.register


def topics_of(user: User | AnonymousUser) -> list[Topic]:
    """The topics for ``user``, in order: the reader's own tasks, then what everybody can do."""
    return [topic for topic in _topics if topic.concerns(user)]


def topic_of(user: User | AnonymousUser, page: str) -> Topic | None:
    """The topic that ``user`` sees for the page of the address named ``page``."""
    return next((topic for topic in _topics if page in topic.pages and topic.concerns(user)), None)
