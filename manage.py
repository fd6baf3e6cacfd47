#!/usr/bin/env python
"""The door for commands: they find their database running, whoever has to start it."""

import os
import sys

BY_HAND = {"shell", "dbshell"}
"""What is changed in these is no step of the system; ``check_integrity`` tells of it."""
WITHOUT_SERVICES = {"help", "version", "--help", "--version", "makemessages", "compilemessages"}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(arguments) > 1 and arguments[1] not in WITHOUT_SERVICES:
        from config import services

        try:
            services.attach()
        except services.ServiceFailed as failed:
            sys.exit(f"manage.py: {failed}")
    from django.core.management import execute_from_command_line

    if len(arguments) > 1 and arguments[1] not in BY_HAND:
        import pghistory

        with pghistory.context(verb=arguments[1]):
            execute_from_command_line(arguments)
    else:
        execute_from_command_line(arguments)


if __name__ == "__main__":
    main(sys.argv)
