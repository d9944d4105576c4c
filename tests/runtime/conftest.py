"""Builders shared by the tests of runtime/ stand beside this file (farm.py)."""
