"""Whether what this app keeps still agrees with itself (``records.integrity``)."""
