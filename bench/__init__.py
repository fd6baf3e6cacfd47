"""``make bench``: the levels of architecture §5 as ratios, each against a plain yardstick in the same run.

``python -m bench [NAME …]`` runs the named parts (``import_units``, ``pages``, ``annual``), or all of them.
They work in a database of their own, ``review_level``, which is made anew for each part.
"""
