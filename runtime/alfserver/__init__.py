"""The rules of an alfserver: which commands of whom it runs, and what it tells of them. Pure: see `core`."""
