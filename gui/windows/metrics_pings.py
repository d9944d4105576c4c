"""Metrics: what the hosts measure, and how often. Pings: the last test of a host before one of its slots is given."""

from __future__ import annotations

from gui.widgets.entry_list import Form
from gui.windows.entries_window import EntriesWindow
from runtime.schedule.dialect import Kind


class MetricsPings(EntriesWindow):
    NAME, TITLE, USUAL = "metrics and pings", "Alfred Metrics and Pings", "560x340+400+160"
    FORMS = (
        Form(
            Kind.METRIC, "Metrics", "Metric", "Seconds {builtin KEY | exec STRING | constant VALUE}",
            "10 {builtin loadavg}",
        ),
        Form(
            Kind.PING, "Pings", "Key", "Command: %h is the host, %s the slot; + tests each slot; empty tests nothing",
            "Alfping host %h", may_be_empty=True,
        ),
    )  # fmt: skip
