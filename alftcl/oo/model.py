"""Objects, classes and their methods: what they are made of.

    Definable     what a definition script can change: methods, mixins, filters, variables
      TclObject     an object: its command, its namespace, its class
      TclClass      what an object has besides when it is a class: superclasses, constructor, destructor, instances
    Method        one implementation of a method, or (a Visibility) only whether a name is exported

What is not here: how a call finds its methods (chains.py) and runs them (calls.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any

from alftcl.frames import Variable
from alftcl.namespaces import Namespace
from alftcl.procedures import Formal, Procedure
from alftcl.table import UNLIMITED, Command
from alftcl.values import Value

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.oo.calls import Invocation
    from alftcl.oo.world import World

CoreFunction = Callable[["Interp", "Invocation", list[Any], list[Any]], Value]

_EXPORTED = re.compile("[a-z]")  # how the names of methods begin that are exported without a word


# ---- methods -----------------------------------------------------------------------------------------


class Method:
    """Something that is known of a method name. `kind` is what `info object methodtype` says."""

    kind = ""

    def __init__(self, name: str, exported: bool | None = None) -> None:
        self.name = name
        self.exported = _EXPORTED.match(name) is not None if exported is None else exported
        self.owner: Definable | None = None

    def copied(self) -> Method:
        """Another method that does the same, for another owner."""
        return copy(self)


class Visibility(Method):
    """No implementation: only whether the name is exported (export, unexport)."""


class CoreMethod(Method):
    """A method that is written in Python: function(interp, invocation, words, args)."""

    def __init__(self, name: str, function: CoreFunction, exported: bool | None = None) -> None:
        super().__init__(name, exported)
        self.function = function
        self.kind = f'core method: "{name}"'


class ForwardMethod(Method):
    """A method that calls another command."""

    kind = "forward"

    def __init__(self, name: str, words: list[Any]) -> None:
        super().__init__(name)
        self.words = words


class ProcedureMethod(Method):
    """A method, constructor or destructor that is written in Tcl."""

    kind = "method"

    def __init__(self, name: str, formals: list[Formal], body: str, space: Namespace) -> None:
        super().__init__(name)
        self.procedure = MethodProcedure(self, formals, body, space)

    def copied(self) -> Method:
        own = self.procedure
        made = ProcedureMethod(self.name, own.formals, own.body, own.namespace)
        made.exported = self.exported
        return made


class MethodProcedure(Procedure):
    """The body of a method: runs in the namespace of whatever object it is called for."""

    __slots__ = ("declared", "method")

    def __init__(self, method: Method, formals: list[Formal], body: str, space: Namespace) -> None:
        super().__init__(method.name, formals, body, space)
        self.method = method
        self.declared: list[str] = []

    def aim(self, space: Namespace, declared: list[str]) -> None:
        """Say where the next call runs, and which variables of the object it knows by their plain names."""
        self.namespace = space
        self.declared = declared

    def told(self, words: list[Any]) -> dict[str, Any]:
        owner = self.method.owner
        if isinstance(owner, TclClass):
            return {"method": self.method.name, "class": owner.declarer}
        return {"method": self.method.name, "object": owner.name if isinstance(owner, TclObject) else ""}

    def _bind(self, args: list[Any]) -> dict[str, Variable]:
        variables = super()._bind(args)
        if self.declared:
            own = self.namespace.variables
            self.links = {name for name in self.declared if name not in variables}
            for name in self.links:
                if name not in own:
                    own[name] = Variable()
                variables[name] = own[name]
        return variables


# ---- objects and classes ------------------------------------------------------------------------------


class Definable:
    """What `oo::define` changes of a class, and `oo::objdefine` of an object."""

    def __init__(self) -> None:
        self.methods: dict[str, Method] = {}
        self.mixins: list[TclClass] = []
        self.filters: list[str] = []
        self.variables: list[str] = []

    def put(self, method: Method) -> None:
        """Add a method, or replace it."""
        method.owner = self
        self.methods[method.name] = method

    @property
    def declarer(self) -> str:
        """How call chains name it."""
        return "object"


class TclObject(Definable):
    """An object. `class_part` is what makes it a class, if it is one."""

    def __init__(self, world: World, space: ObjectNamespace, cls: TclClass | None) -> None:
        super().__init__()
        self.world = world
        self.namespace = space
        space.object = self
        self.cls: TclClass = cls if cls is not None else TclClass(self)
        self.class_part: TclClass | None = None
        self.command = ObjectCommand(self, exported_only=True)
        self.my = ObjectCommand(self, exported_only=False)
        self.home: tuple[Namespace, str] = (space, "")
        self.is_filtering = False  # a filter runs: the calls it makes are not filtered again
        self.has_destructed = False
        self.is_ending = False
        self.chains: dict[tuple[str, bool, bool], Any] = {}  # as chains.py has built them in `epoch`
        self.epoch = -1

    @property
    def name(self) -> str:
        """Its full name; nothing once it is gone."""
        space, tail = self.home
        if space.commands.get(tail) is self.command:
            return space.qualify(tail)
        home = self.world.interp.root.home_of(self.command)
        if home is None:
            return ""
        self.home = home
        return home[0].qualify(home[1])


class TclClass(Definable):
    """What makes an object a class."""

    def __init__(self, own: TclObject) -> None:
        super().__init__()
        self.object = own
        self.superclasses: list[TclClass] = []
        self.subclasses: list[TclClass] = []
        self.users: list[TclClass] = []  # the classes that mix it in
        self.instances: list[TclObject] = []  # and the objects that mix it in
        self.constructor: Method | None = None
        self.destructor: Method | None = None

    @property
    def declarer(self) -> str:
        return self.object.name

    def descends_from(self, other: TclClass) -> bool:
        """Whether it is that class, inherits from it or mixes it in."""
        return self is other or any(above.descends_from(other) for above in (*self.superclasses, *self.mixins))


def is_instance(item: TclObject, cls: TclClass) -> bool:
    """Whether a class is among those that an object has its methods from."""
    return item.cls.descends_from(cls) or any(mixin.descends_from(cls) for mixin in item.mixins)


class ObjectCommand(Command):
    """The command that an object is, or the `my` of its namespace, which knows all methods."""

    __slots__ = ("exported_only", "object")

    def __init__(self, own: TclObject, exported_only: bool) -> None:
        self.object = own
        self.exported_only = exported_only
        super().__init__(self._call, "method ?arg ...?", 0, UNLIMITED)

    def _call(self, interp: Interp, args: list[Any]) -> Value:
        from alftcl.oo.calls import call_object

        return call_object(interp, self.object, args, self.exported_only)

    def moved(self, space: Namespace, tail: str) -> None:
        if self.exported_only:
            self.object.home = (space, tail)

    def deleted(self, interp: Interp, name: str) -> None:
        if self.exported_only:
            from alftcl.oo.life import end

            end(interp, self.object)
        super().deleted(interp, name)


class ObjectNamespace(Namespace):
    """The namespace of an object: they end together."""

    object: TclObject | None = None

    def going(self, interp: Interp) -> None:
        if self.object is not None:
            from alftcl.oo.life import remove

            remove(interp, self.object)
