"""Which implementations a method call goes through, in order; and which methods an object has.

A chain has first the filters, then the implementations of the method:

    1  the classes mixed into the object, then those mixed into its classes
    2  the object itself
    3  its class, and the superclasses, depth first

An implementation comes as late as possible: found once more, it moves to the end. Constructors and destructors
know no filters, and nothing of the object itself. Source: next(n), "The method chain".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from alftcl.oo.model import Definable, Method, TclClass, TclObject, Visibility

CONSTRUCTOR = "<constructor>"
DESTRUCTOR = "<destructor>"
UNKNOWN = "unknown"


class Step(NamedTuple):
    """One implementation; `filtering` is who declared the filter, if it is one."""

    method: Method
    filtering: Definable | None


class Chain(NamedTuple):
    """The steps of a call. `is_unknown` says that there is no such method, and `unknown` is asked.

    `exported_only` says that the object was called by its name, not by `my`.
    """

    name: str
    steps: tuple[Step, ...]
    is_unknown: bool = False
    exported_only: bool = False

    def described(self) -> list[Any]:
        """As `info object call` and `self call` tell it."""
        return [self._described(step) for step in self.steps]

    def _described(self, step: Step) -> list[Any]:
        sort = "filter" if step.filtering is not None else UNKNOWN if self.is_unknown else "method"
        owner = step.method.owner
        return [sort, step.method.name, "" if owner is None else owner.declarer, step.method.kind]


class _Builder:
    """Collects the steps of one chain."""

    def __init__(self, item: TclObject | None, cls: TclClass) -> None:
        self._item = item  # None: any instance of the class
        self._cls = cls
        self._filter_count = 0
        self.steps: list[Step] = []

    # -- filters

    def add_filters(self) -> None:
        """Add the filters; one that an object and its class name comes where the class has it."""
        done: set[str] = set()
        item = self._item
        if item is not None:
            for mixin in item.mixins:
                self._class_filters(mixin, done, True, True)
            for name in item.filters:
                self.add(name, False, item)
        for wants_mixins in (True, False):
            self._class_filters(self._cls, done, False, wants_mixins)
        self._filter_count = len(self.steps)

    def _class_filters(self, cls: TclClass, done: set[str], is_mixin: bool, wants_mixins: bool) -> None:
        for mixin in cls.mixins:
            self._class_filters(mixin, done, True, wants_mixins)
        for name in cls.filters if is_mixin == wants_mixins else ():
            if name not in done:
                done.add(name)
                self.add(name, False, cls)
        for above in cls.superclasses:
            self._class_filters(above, done, is_mixin, wants_mixins)

    # -- methods

    def add(self, name: str, exported_only: bool, filtering: Definable | None = None) -> None:
        """Add all implementations of a method; none if only exported ones are wanted and this one is not."""
        item = self._item
        is_special = name in (CONSTRUCTOR, DESTRUCTOR)
        undecided = exported_only
        if item is not None and name in item.methods and not is_special:
            if undecided and not item.methods[name].exported:
                return
            undecided = False
        for wants_mixins in (True, False):
            if item is not None and not is_special:
                for mixin in item.mixins:
                    self._from_class(mixin, name, undecided, filtering, True, wants_mixins)
                if not wants_mixins and name in item.methods:
                    self._put(item.methods[name], filtering)
            self._from_class(self._cls, name, undecided, filtering, False, wants_mixins)

    def _from_class(
        self,
        cls: TclClass,
        name: str,
        undecided: bool,
        filtering: Definable | None,
        is_mixin: bool,
        wants_mixins: bool,
    ) -> None:
        for mixin in cls.mixins:
            self._from_class(mixin, name, undecided, filtering, True, wants_mixins)
        method = _own_method(cls, name)
        if method is not None:
            if undecided and not method.exported:
                return
            undecided = False
            if is_mixin == wants_mixins:
                self._put(method, filtering)
        for above in cls.superclasses:
            self._from_class(above, name, undecided, filtering, is_mixin, wants_mixins)

    def _put(self, method: Method, filtering: Definable | None) -> None:
        if isinstance(method, Visibility):
            return
        for place, step in enumerate(self.steps[self._filter_count :], self._filter_count):
            if step.method is method and (step.filtering is None) == (filtering is None):
                self.steps.append(self.steps.pop(place))
                return
        self.steps.append(Step(method, filtering))


def _own_method(cls: TclClass, name: str) -> Method | None:
    if name == CONSTRUCTOR:
        return cls.constructor
    if name == DESTRUCTOR:
        return cls.destructor
    return cls.methods.get(name)


def method_chain(item: TclObject, name: str, exported_only: bool, has_filters: bool = True) -> Chain | None:
    """What calling a method of an object goes through; None when there is not even an `unknown`."""
    if item.epoch != item.world.epoch:
        item.chains.clear()
        item.epoch = item.world.epoch
    key = (name, exported_only, has_filters)
    if key not in item.chains:
        item.chains[key] = _built(item, item.cls, name, exported_only, has_filters)
    return item.chains[key]  # type: ignore[no-any-return]  # the model does not know chains


def class_chain(cls: TclClass, name: str) -> Chain | None:
    """What calling an exported method goes through for an instance that has nothing of its own."""
    return _built(None, cls, name, True, True)


def special_chain(item: TclObject, name: str) -> Chain | None:
    """The constructors or destructors of an object, if there are any."""
    builder = _Builder(item, item.cls)
    builder.add(name, False)
    return Chain(name, tuple(builder.steps)) if builder.steps else None


def _built(item: TclObject | None, cls: TclClass, name: str, exported_only: bool, has_filters: bool) -> Chain | None:
    builder = _Builder(item, cls)
    if has_filters:
        builder.add_filters()
    filters = len(builder.steps)
    builder.add(name, exported_only)
    is_unknown = len(builder.steps) == filters
    if is_unknown:
        builder.add(UNKNOWN, False)
        if len(builder.steps) == filters:
            return None
    return Chain(name, tuple(builder.steps), is_unknown, exported_only)


# ---- the names of methods -----------------------------------------------------------------------------


class _Names:
    """The names found so far: whether the first that was found is wanted, and whether there is any implementation."""

    def __init__(self, exported_only: bool) -> None:
        self._exported_only = exported_only
        self._wanted: dict[str, bool] = {}
        self._implemented: set[str] = set()
        self._seen: set[int] = set()

    def add(self, methods: Iterable[Method]) -> None:
        for method in methods:
            self._wanted.setdefault(method.name, method.exported or not self._exported_only)
            if not isinstance(method, Visibility):
                self._implemented.add(method.name)

    def add_class(self, cls: TclClass) -> None:
        if id(cls) in self._seen:
            return
        self._seen.add(id(cls))
        for mixin in cls.mixins:
            self.add_class(mixin)
        self.add(cls.methods.values())
        for above in cls.superclasses:
            self.add_class(above)

    def sorted(self) -> list[str]:
        return sorted(name for name, wanted in self._wanted.items() if wanted and name in self._implemented)


def method_names(item: TclObject, exported_only: bool) -> list[str]:
    """The methods of an object, its own and those of its classes, sorted."""
    names = _Names(exported_only)
    names.add(item.methods.values())
    names.add_class(item.cls)
    for mixin in item.mixins:
        names.add_class(mixin)
    return names.sorted()


def class_method_names(cls: TclClass, exported_only: bool) -> list[str]:
    """The methods that a class gives to its instances, sorted."""
    names = _Names(exported_only)
    names.add_class(cls)
    return names.sorted()
