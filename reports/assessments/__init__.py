"""Assessment figures of townships and counties from their villages' results, by a formula that is data (formats §9)."""
