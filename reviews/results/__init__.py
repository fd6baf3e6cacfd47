"""Results as people read them: why this star, the public notice, the poster."""
