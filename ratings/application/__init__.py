"""What an application asks, knows and lacks; no page and no step in here (practice §3)."""
