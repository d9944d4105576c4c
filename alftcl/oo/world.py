"""The classes and objects of one interpreter: made when a script first uses a command of TclOO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alftcl.errors import TclError
from alftcl.namespaces import Imported, Namespace
from alftcl.oo import calls, core, definitions, life, slots
from alftcl.oo.model import ObjectCommand, ObjectNamespace, TclClass, TclObject, Visibility
from alftcl.table import UNLIMITED, Command, builtins

if TYPE_CHECKING:
    from alftcl.interp import Interp


class World:
    """The root classes, and what changes with every definition: call chains are good for one `epoch`."""

    def __init__(self, interp: Interp) -> None:
        self.interp = interp
        self.epoch = 0
        self.count = 0
        self.helpers = calls.helper_space(interp.root)
        for name, run in calls.HELPERS.items():
            self.helpers.put(interp, name, Command(run, "", 0, UNLIMITED))
        self.define_space = interp.root.make("::oo::define")
        self.objdefine_space = interp.root.make("::oo::objdefine")
        definitions.install(interp, self.define_space, self.objdefine_space)
        self.object_class, self.class_class = self._roots()
        slots.install(self)

    def _roots(self) -> tuple[TclClass, TclClass]:
        """oo::object and oo::class, each of which needs the other."""
        interp = self.interp
        made = []
        for tail in ("object", "class"):
            parent = interp.root.make("::oo")
            name = self.unused_name().rpartition("::")[2]
            space = parent.children[name] = ObjectNamespace(name, parent)
            item = TclObject(self, space, None)
            space.look_in([self.helpers])
            space.put(interp, "my", item.my)
            self._replace(tail, item, parent)
            made.append(item)
        top, classes = (item.cls for item in made)
        for item in made:
            item.class_part, item.cls = item.cls, classes
            classes.instances.append(item)
        life.set_superclasses(classes, [top])
        for method in core.OBJECT_METHODS:
            top.put(method.copied())
        for method in core.CLASS_METHODS:
            classes.put(method.copied())
        classes.constructor = core.CLASS_CONSTRUCTOR.copied()
        classes.constructor.owner = classes
        made[1].put(Visibility("new", False))
        return top, classes

    def _replace(self, tail: str, item: TclObject, parent: Namespace) -> None:
        """Put a root class in place of the command that has stood for it until now."""
        stand_in = builtins()[f"oo::{tail}"]
        space, name = self.interp.root.home_of(stand_in) or (parent, tail)
        item.home = (space, name)
        space.commands[name] = item.command

    def changed(self) -> None:
        """A definition has changed."""
        self.epoch += 1

    def unused_name(self) -> str:
        """The name of a namespace that is not there yet."""
        while True:
            self.count += 1
            name = f"::oo::Obj{self.count}"
            if self.interp.root.find(name) is None:
                return name

    def find(self, name: str, space: Namespace) -> TclObject:
        """The object of that name, as seen from a namespace; 'x does not refer to an object'."""
        found = space.find_command(name)
        command = None if found is None else found[2]
        if isinstance(command, Imported):
            command = command.source
        if not isinstance(command, ObjectCommand):
            raise TclError(f"{name} does not refer to an object", ["TCL", "LOOKUP", "OBJECT", name])
        return command.object


def world_of(interp: Interp) -> World:
    """The objects of an interpreter."""
    if interp.objects is None:
        frame, interp.frame = interp.frame, interp.root_frame
        try:
            interp.objects = World(interp)
        finally:
            interp.frame = frame
    return interp.objects
