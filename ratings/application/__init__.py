"""What an application asks, contains and lacks; no pages and no steps in here (practice §3)."""
