"""What was sent to whom about what: the lines that the page of reminders shows."""

from collections.abc import Iterable, Mapping

from notifications.models import Notice
from reminders.due import Due
from reminders.models import DailyReminder, Reminder, ReminderLine


def keep_lines(
    sent: Iterable[tuple[Reminder | DailyReminder, int, Iterable[Due]]], notices: Mapping[int, Notice]
) -> None:
    """A line for each thing of which a person (by id) was reminded; ``notices`` by person, once they are announced."""
    ReminderLine.objects.bulk_create(
        (
            ReminderLine(
                reminder=of if isinstance(of, Reminder) else None,
                daily=of if isinstance(of, DailyReminder) else None,
                user_id=user,
                unit_id=due.unit,
                step=due.step,
                kind=due.kind,
                due_at=due.due,
                sent_at=of.sent_at,
                notice=notices[user] if notices[user].pk else None,
            )
            for of, user, dues in sent
            for due in dues
        ),
        batch_size=2000,
    )
