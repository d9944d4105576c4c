"""The farm on a virtual clock: the same cores, and everything around them drawn by lot. Nothing here is a rule."""
