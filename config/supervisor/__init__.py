"""``python -m config.supervisor``: the whole system under one process, as ``make run`` starts it (architecture §3).

Each step says one line. Ctrl-C or SIGTERM stops everything in good order; if this process is killed, the kernel tells
its children, and the services end when the last of them has let go. ``--die-with-parent``: so does it, with ``make``.
"""
