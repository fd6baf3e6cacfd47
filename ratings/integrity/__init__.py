"""Whether the stored data of this app is consistent (``records.integrity``)."""
