"""A county's 考评标准 as data: its shape, its reading, its checks, its words (formats §1)."""
