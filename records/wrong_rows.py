"""What is wrong with a row of a file that a command or a page takes in."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class WrongRow:
    """An invalid row, numbered as a spreadsheet shows it: the column, its content, what was expected.

    ``message``: what is wrong, where that is not plain; ``file``: its name, where several are read at once.
    """

    row: int
    column: str
    value: str
    expected: str
    message: str = ""
    file: str = ""

    def __str__(self) -> str:
        if self.message:
            return _("row %(row)s, column %(column)s: “%(value)s”: %(message)s (expected: %(expected)s)") % vars(self)
        if self.file:
            return _("%(file)s, row %(row)d, column %(column)s: “%(value)s”; expected: %(expected)s") % vars(self)
        return _("row %(row)s, column %(column)s: “%(value)s”; expected: %(expected)s") % vars(self)
