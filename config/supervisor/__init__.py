"""``python -m config.supervisor``: the whole system under one process, as ``make run`` starts it (architecture §3).

Each step prints one line. Ctrl-C or SIGTERM stops everything gracefully; if this process is killed, the kernel signals
its children, and the services end when the last of them has detached. ``--die-with-parent``: this process ends with
``make``, too.
"""
