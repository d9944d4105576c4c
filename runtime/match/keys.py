"""Service key expressions: which slots a command accepts (reference 2.4).

    PixarRender, BigIron            both keys; `,` `&&` and blanks all mean AND
    PixarRender && !Irix            the slot must not have the key Irix
    Linux || (OSX && !Desktops)
    "rack-15?" || '192.168.0.*'     wildcards * and ?; "*" is every slot
    @.mem * 1024 > 2048             metrics of the machine: numbers, + - * / and comparisons
    local:PixarRender               the key, on a slot of the dispatcher's own machine

    text --key_parser--> tree of nodes --key_tree--> one function of (keys, metrics)

Precedence, tightest first:   !   * /   + -   < <= == != >= >   AND   ||

Keys compare without case. A slot has the keys of its entry and its name, its host's name (short and full) and its
host's address: `slot_keys` makes the set that a KeyTest looks into. A comparison with a metric that nobody knows
matches nothing, with or without a `!` in front.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from runtime.match.key_parser import KeyExpressionError, parse
from runtime.match.key_tree import ADDRESS, LOCAL, Keys, Metrics, Node, every

__all__ = ["KeyExpressionError", "KeyTest", "Keys", "Metrics", "combine", "compile_keys", "slot_keys"]


def slot_keys(names: Iterable[str], *, slot: str = "", host: str = "", address: str = "", local: bool = False) -> Keys:
    """The keys that a slot answers to. `local`: it belongs to the dispatcher's own machine."""
    keys = {name.lower() for name in (*names, slot, host, address) if name}
    if host and not ADDRESS.match(host):
        short, dot, _ = host.lower().partition(".")
        keys.add(short if dot else short + ".")  # "janus." is: whatever its full name is
    if local:
        keys.add(LOCAL)
    return frozenset(keys)


class KeyTest:
    """A compiled expression.

    `positive` are the names that ask for a key, in lower case; `metrics` the names of the metrics that it reads;
    `mentions` all names and patterns in it. `fixed` is the part of the test that no metric can change, `live` the rest,
    None when that is nothing; `live_names`: whether that asks for keys, too.
    """

    __slots__ = (
        "_accepts",
        "_own",
        "_parts",
        "expression",
        "fixed",
        "live",
        "live_names",
        "mentions",
        "metrics",
        "positive",
    )

    def __init__(self, expression: str, root: Node | None) -> None:
        parts = root.parts() if root else ()
        self.expression = expression
        self.positive = tuple(dict.fromkeys(name for part in parts for name in part.names(True)))
        self.metrics = tuple(dict.fromkeys(name for part in parts for name in part.metrics()))
        self._parts = tuple((part, part.compile(True, False)) for part in parts)
        self.mentions = frozenset(name for part in parts for name in part.mentions())
        self._accepts = every([accepts for _, accepts in self._parts])
        self.fixed = every([accepts for part, accepts in self._parts if not part.metrics()])
        self.live_names = any(part.metrics() and part.mentions() for part in parts)
        live = [accepts for part, accepts in self._parts if part.metrics()]
        self.live = every(live) if live else None
        self._own = every([part.compile(True, True) for part in parts])

    def __call__(self, slot_keys: Keys, metrics: Metrics) -> bool:
        """Whether a slot with these keys, on a machine with these metrics, is accepted."""
        return self._accepts(slot_keys, metrics)

    def on_own_machine(self, own_keys: Keys, metrics: Metrics) -> bool:
        """The machine as the farm (section 10): every key that is asked for is there, negated keys and metrics hold."""
        return self._own(own_keys, metrics)

    def why_not(self, slot_keys: Keys, metrics: Metrics) -> str:
        """The first part that the slot fails, in words; empty when it is accepted."""
        for part, accepts in self._parts:
            if not accepts(slot_keys, metrics):
                unknown = [name for name in part.metrics() if metrics(name) is None]
                known = ", ".join(f"@.{name}" for name in unknown)
                return f"{known} not known" if unknown else f"does not match {part.text}"
        return ""


@lru_cache(maxsize=4096)
def compile_keys(expression: str) -> KeyTest:
    """The test that an expression means; the empty one accepts every slot. Raises KeyExpressionError."""
    return KeyTest(expression, parse(expression))


def combine(job_expression: str, cmd_expression: str) -> str:
    """Job's and command's expressions, each in parentheses, so that an || in one does not reach into the other."""
    if not job_expression.strip():
        return cmd_expression
    if not cmd_expression.strip():
        return job_expression
    return f"({job_expression}) && ({cmd_expression})"
