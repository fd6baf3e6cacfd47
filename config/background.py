"""``python -m config.background worker`` or ``beat``: as Celery's own commands, which first load a shell for people.

``config.celery.begin`` looks into environment and data; this only sets up Django, as every entry point does.
"""

import sys

from config import environment


def main(name: str) -> None:
    try:
        environment.set_up_django()
    except environment.Unusable as wrong:
        raise SystemExit(str(wrong)) from None
    from config.celery import app

    if name == "beat":
        app.Beat().run()
    else:
        worker = app.Worker(concurrency=2, without_gossip=True, without_mingle=True)
        worker.start()
        sys.exit(worker.exitcode)


if __name__ == "__main__":
    main(*sys.argv[1:])
