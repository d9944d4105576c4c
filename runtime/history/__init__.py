"""The record of the farm: what happened, added up, and shown as tables and charts. Nothing here keeps it on a disk."""
