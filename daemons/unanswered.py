"""What goes wrong with a question to the farm. By itself, so that who only catches it imports nothing of the farm."""


class NoMaitred(Exception):
    """No maitre-d answers; the text says which were tried, and what to do."""
