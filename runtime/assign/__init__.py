"""The order of requests, of slots and of victims: a site's own policy, or the default fairness (reference 10.3)."""
