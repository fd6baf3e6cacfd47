"""Results for readers: why this star, the public notice, the poster."""
