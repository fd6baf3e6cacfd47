"""The demonstration (formats §5, architecture §4): real places, invented people and results, and only under ``DEMO=1``.

Each step of ``load.STEPS`` is loaded once, in one transaction, and leaves a ``DemonstrationStep`` behind. All random
choices come from ``chance``, so that every load produces the same data.
"""
