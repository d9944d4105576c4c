"""The numbers that the maitre-d's core decides by. alfred.ini sets them: docs/settings.md says what each means."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from runtime.licences import Rule
from runtime.settings import DEFAULTS, Settings

DEFAULT_TIER = "default"


class Rules(msgspec.Struct, frozen=True):
    """Durations in seconds; named, and with the defaults, as in Settings. `limits`: of tags, over the site."""

    lease_s: float = DEFAULTS.lease_s
    grace_s: float = DEFAULTS.grace_s
    maitred_initial_wait_s: float = DEFAULTS.maitred_initial_wait_s
    problem_slot_rest_s: float = DEFAULTS.problem_slot_rest_s
    age_s: float = DEFAULTS.age_s
    reserve_s: float = DEFAULTS.reserve_s
    preempt_wait_s: float = DEFAULTS.preempt_wait_s
    preempt_margin: float = DEFAULTS.preempt_margin
    preempt_min_run_s: float = DEFAULTS.preempt_min_run_s
    ping_limit_s: float = DEFAULTS.ping_limit_s
    ping_memory_s: float = DEFAULTS.ping_memory_s
    ping_rest_s: float = DEFAULTS.ping_rest_s
    black_hole_count: int = DEFAULTS.black_hole_count
    black_hole_rest_s: float = DEFAULTS.black_hole_rest_s
    metrics_replace_ping: bool = DEFAULTS.metrics_replace_ping
    time_zone: str = DEFAULTS.time_zone
    alfserver_port: int = DEFAULTS.alfserver_port
    """Of the servers of which the schedule does not say one. The shell fills it in where the settings leave it open."""
    chaos_allowed: bool = DEFAULTS.chaos_allowed
    licence_codes: tuple[Rule, ...] = DEFAULTS.licence_codes
    licence_lines: tuple[Rule, ...] = DEFAULTS.licence_lines
    licence_rest_most_s: float = DEFAULTS.licence_rest_most_s
    limits_global: Mapping[str, int] = DEFAULTS.limits_global
    usage_half_life_s: float = DEFAULTS.usage_half_life_s
    tiers: tuple[str, ...] = DEFAULTS.tiers

    def tier(self, name: str) -> int:
        """The place of a job's -tier among the site's, 0 first. One that is none of them is the `default` tier; where
        there is none of this name, it comes after all."""
        for known in (name, DEFAULT_TIER):
            if known in self.tiers:
                return self.tiers.index(known)
        return len(self.tiers)


def rules_of(settings: Settings) -> Rules:
    """The rules of a site."""
    return Rules(**{name: getattr(settings, name) for name in Rules.__struct_fields__})
