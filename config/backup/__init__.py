"""``manage.py backup`` and ``restore``: database and uploaded files in one file, the secret key apart.

``archive`` is the file, ``database`` runs PostgreSQL's own programs, ``taking`` and ``restoring`` are the two steps.
"""


class BackupFailed(Exception):
    """A backup could not be taken or restored; the message says why, and nothing was changed."""
