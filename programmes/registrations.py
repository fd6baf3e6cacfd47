"""What programmes register: pages' surroundings, kinds of notice, words of the trail, what it may show, checks."""

from accounts import audit_trail, audit_words, deputies, home, menu, page_help, todo_list
from accounts.authority import reached
from notifications import kinds
from programmes import help_topics, integrity, menu_entries, todos
from programmes.home import grades_of_unit, own_grades
from programmes.kinds import NOTICES
from programmes.models import STEPS, VIEW, ProgrammeAnswer, ProgrammeCycle, ProgrammeResult
from records import integrity as checks
from records import openable
from villages import unit_panels
from villages.models import Unit

UNPUBLISHED = "exists (select from programmes_programmecycle c where c.id = e.cycle_id and c.state <> 'published')"


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register(
        programme=ProgrammeCycle.objects.seen_by,
        programme_unit=lambda user: reached(user, VIEW, Unit.objects.all(), "code"),
    )
    menu.register(*menu_entries.MENU)
    todo_list.register(todos)
    kinds.register(**NOTICES)
    deputies.register(STEPS.rights)
    audit_words.register(STEPS.trail)
    checks.register(integrity.RESULTS)
    home.register(home.HomePanel("programmes/grades.html", own_grades, column=home.SIDE, order=60))
    unit_panels.register(unit_panels.UnitPanel("programmes/grades.html", grades_of_unit, order=16))
    audit_trail.show_openly("facts that a unit reports, and where a programme stands", ProgrammeAnswer, ProgrammeCycle)
    audit_trail.redact(ProgrammeResult, audit_trail.Redaction(rows=UNPUBLISHED))
