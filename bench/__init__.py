"""``make bench``: the thresholds of architecture §5 as ratios, each against a plain baseline in the same run.

``python -m bench [NAME …]`` runs the named parts (``import_units``, ``pages``, ``annual``), or all of them. They work
in a database of their own, ``bench``, which is recreated for each part.
"""
