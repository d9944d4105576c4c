"""What users and projects hold, and what they have held lately: the numbers that shares are about.

    held      slots now
    usage     slots on average lately: a moment counts half as much as one that is a half-life later

                now | half-life ago | two half-lives ago      4 slots held through one half-life: usage 2,
    weight       1  |      1/2      |       1/4               held since ever: usage 4

Usages are as of one moment for all, `Accounts.at`. They change when what the account holds changes, and when `settle`
moves that moment on; between these, time alone changes none of them, nor does it change who has used more: what decays
decays for all alike. Without a half-life there is no usage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from runtime.maitred.usages import Usages

if TYPE_CHECKING:
    from runtime.maitred.queues import Party

_NOTHING = 1e-6
_MOST_DOUBLINGS = 64.0
"""What is so many half-lives newer than all the rest is all that counts, as good as that."""
_MOST_PROJECTS = 10_000
"""Projects are what dispatchers say: those after so many count as one."""
NO_PROJECT = "default"
"""The project of a job that names none (reference section 3)."""


class Account:
    """A user, or a project. `share`: relative to others of its kind; 0: shares of its kind do not count here."""

    __slots__ = ("charged", "held", "name", "parties", "share", "usage")

    def __init__(self, name: str, share: float, now: float) -> None:
        self.name = name
        self.share = share
        self.held = 0
        self.usage = 0.0
        self.charged = now
        """Until when what it holds is in its usage."""
        self.parties: dict[Account, Party] = {}
        """Of what waits (runtime.maitred.queues): for a user by project, for a project by user."""

    def touch(self) -> None:
        """Its figures have changed, and with them the places of those who wait. Those of a project without a share
        count for nothing."""
        if self.share:
            for party in self.parties.values():
                party.touch()

    def set_share(self, share: float) -> None:
        self.touch()
        self.share = share
        self.touch()


class Accounts:
    """Users and projects. `half_life_s` 0: only what is held now counts."""

    def __init__(self, half_life_s: float, now: float) -> None:
        self.at = now
        self._half_life_s = half_life_s
        self._user_shares: Mapping[str, float] = {}
        self._project_shares: Mapping[str, float] = {}
        self.users: dict[str, Account] = {}
        self.projects: dict[str, Account] = {}

    # ---- who there is --------------------------------------------------------------------------------

    def user(self, name: str, now: float) -> Account:
        """The account of a user; everybody's share is 1 where the schedule does not say another."""
        found = self.users.get(name)
        if found is None:
            found = self.users[name] = Account(name, self._user_shares.get(name, 1.0), now)
        return found

    def project(self, name: str, now: float) -> Account:
        """The account of a project. Shares of projects count where the schedule has any; then everyone's is 1, too."""
        name = name or NO_PROJECT
        if name not in self.projects and len(self.projects) >= _MOST_PROJECTS:
            name = NO_PROJECT
        found = self.projects.get(name)
        if found is None:
            found = self.projects[name] = Account(name, self._project_share(name), now)
        return found

    def read(self, users: Mapping[str, float], projects: Mapping[str, float]) -> None:
        """The shares of a schedule."""
        self._user_shares, self._project_shares = users, projects
        for account in self.users.values():
            account.set_share(users.get(account.name, 1.0))
        for account in self.projects.values():
            account.set_share(self._project_share(account.name))

    def _project_share(self, name: str) -> float:
        return self._project_shares.get(name, 1.0) if self._project_shares else 0.0

    # ---- what they hold ------------------------------------------------------------------------------

    def hold(self, account: Account, slots: int, now: float) -> None:
        """An account holds so many slots more, or fewer."""
        if self._half_life_s:
            account.usage += account.held * (self._weight(now) - self._weight(account.charged))
            account.charged = now
        account.held += slots
        if account.share:
            for party in account.parties.values():
                party.touch()

    def settle(self, now: float) -> None:
        """Bring all usages up to this moment."""
        if not self._half_life_s:
            return
        faded = self._faded(now - self.at)
        for accounts in (self.users, self.projects):
            for account in accounts.values():
                since = account.held * (1.0 - self._faded(now - account.charged))
                usage = account.usage * faded + since
                account.usage = usage if usage > _NOTHING else 0.0
                account.charged = now
                account.touch()
        self.at = now

    def usages(self, wall: float) -> Usages:
        """As of the last settlement, which is now."""
        used = ({one.name: one.usage for one in some.values() if one.usage} for some in (self.users, self.projects))
        return Usages(wall, *used)

    def take_up(self, usages: Usages, wall: float, now: float) -> None:
        """What an earlier maitre-d knew counts here, too; what has passed since then has faded."""
        if not self._half_life_s:
            return
        faded = self._faded(max(0.0, wall - usages.at))
        for name, usage in usages.users.items():
            self.user(name, now).usage = usage * faded
        for name, usage in usages.projects.items():
            self.project(name, now).usage = usage * faded

    def _weight(self, moment: float) -> float:
        """Of a moment, against `at`."""
        return float(2.0 ** min(_MOST_DOUBLINGS, (moment - self.at) / self._half_life_s))

    def _faded(self, seconds: float) -> float:
        return float(2.0 ** (-seconds / self._half_life_s))
