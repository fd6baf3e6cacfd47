"""Opening a year: what is offered from last year's, and what is asked step by step."""
