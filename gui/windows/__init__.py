"""The windows: one is one module and one class."""
