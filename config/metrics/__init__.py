"""What Prometheus reads at ``/metrics``: off, and a 404, unless ``METRICS_TOKEN`` is set.

``counting`` counts the requests of every web process; ``state`` looks at queue, jobs, database and backup when asked.
"""
