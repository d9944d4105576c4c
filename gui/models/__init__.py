"""What windows show, as plain objects: no Tk here, so everything is tested without a display."""
