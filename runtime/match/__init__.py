"""Which slot may run what: service key expressions, -metrics tests, limits."""
