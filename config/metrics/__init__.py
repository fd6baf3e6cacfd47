"""What Prometheus scrapes at ``/metrics``: off, and a 404, unless ``METRICS_TOKEN`` is set.

``counting`` counts the requests of every web process; ``state`` inspects queue, jobs, database and backup on each
scrape.
"""
