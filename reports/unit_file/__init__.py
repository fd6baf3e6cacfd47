"""A unit's file (一村一档): everything that is known of it on one page and one paper."""
