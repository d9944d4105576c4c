"""How objects come to be, how they are copied, and how they end.

    destroy         destructors, then the command
    rename, delete  the command goes: destructors (once), what depends on the class, my, the namespace
    namespace gone  the command goes with it

Errors of destructors stop nothing. `destroy` raises them in the end, otherwise they are told in the background.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.deleting import delete_namespace
from alftcl.errors import Completion, Return, TclError
from alftcl.namespaces import Namespace, last_part, qualifiers
from alftcl.oo.calls import Invocation
from alftcl.oo.chains import CONSTRUCTOR, DESTRUCTOR, method_chain, special_chain
from alftcl.oo.model import Definable, Method, ObjectNamespace, TclClass, TclObject
from alftcl.procedures import Procedure
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.oo.world import World

_CLONED = "<cloned>"


# ---- making -------------------------------------------------------------------------------------------


def make(world: World, cls: TclClass | None, name: str | None, space_name: str | None = None) -> TclObject:
    """An object without a constructor's doing; `name` None: as its namespace is called."""
    interp = world.interp
    if name is not None:
        found = interp.frame.namespace if "::" not in name else None
        place, tail = (found, name) if found is not None else _place(interp, name)
        if tail in place.commands:
            raise TclError(
                f'can\'t create object "{name}": command already exists with that name',
                ["TCL", "OO", "OVERWRITE_OBJECT"],
            )
    space = _space(world, space_name)
    made = TclObject(world, space, cls)
    if name is None:
        assert space.parent is not None
        place, tail = space.parent, space.tail
    made.home = (place, tail)
    place.put(interp, tail, made.command)
    space.look_in([world.helpers])
    space.put(interp, "my", made.my)
    if cls is not None:
        cls.instances.append(made)
        if cls.descends_from(world.class_class):
            become_class(made)
    return made


def _place(interp: Interp, name: str) -> tuple[Namespace, str]:
    return interp.frame.namespace.make(qualifiers(name) or "::"), last_part(name)


def _space(world: World, name: str | None) -> ObjectNamespace:
    """A new namespace for an object: of that name, if nothing has it yet."""
    interp = world.interp
    here = interp.frame.namespace
    if name is None or _exists(here, name):
        name = world.unused_name()
    else:
        world.count += 1
    parent = here.make(qualifiers(name) or "::") if "::" in name else here
    space = ObjectNamespace(last_part(name), parent)
    parent.children[space.tail] = space
    return space


def _exists(here: Namespace, name: str) -> bool:
    place = here.place_for(name)
    return place is not None and place[1] in place[0].children


def become_class(item: TclObject) -> TclClass:
    """Give an object what makes it a class."""
    world = item.world
    made = item.class_part = item.cls if item.cls.object is item else TclClass(item)
    set_superclasses(made, [world.object_class])
    return made


def create(interp: Interp, made: TclObject, prefix: list[Any], args: list[Any]) -> Value:
    """Run the constructors of a new object; its name."""
    chain = special_chain(made, CONSTRUCTOR)
    if chain is not None:
        try:
            Invocation(made, chain, 0, False).run(interp, prefix, args)
        except Completion as completion:
            remove(interp, made)
            if isinstance(completion, TclError):
                raise
            raise TclError(completion.value) from None
        if made.is_ending:
            raise TclError("object deleted in constructor", ["TCL", "OO", "STILLBORN"])
    return made.name


# ---- the class hierarchy --------------------------------------------------------------------------------


def set_superclasses(cls: TclClass, superclasses: list[TclClass]) -> None:
    """Inherit from those classes, and no others."""
    for above in cls.superclasses:
        above.subclasses.remove(cls)
    cls.superclasses = [above for above in superclasses if above is not cls]
    for above in cls.superclasses:
        above.subclasses.append(cls)
    cls.object.world.changed()


def set_mixins(item: Definable, mixins: list[TclClass], world: World) -> None:
    """Mix in those classes, and no others."""
    wanted = list(dict.fromkeys(mixins))
    if isinstance(item, TclClass):
        for mixin in item.mixins:
            mixin.users.remove(item)
        for mixin in wanted:
            mixin.users.append(item)
    else:
        assert isinstance(item, TclObject)
        for mixin in item.mixins:
            if mixin is not item.cls:
                mixin.instances.remove(item)
        for mixin in wanted:
            if mixin is not item.cls:
                mixin.instances.append(item)
    item.mixins = wanted
    world.changed()


def set_class(item: TclObject, cls: TclClass) -> None:
    """Make an object an instance of another class; it becomes or ceases to be a class if need be."""
    world = item.world
    if item.cls is cls:
        return
    if item.cls not in item.mixins:
        item.cls.instances.remove(item)
    item.cls = cls
    if cls not in item.mixins:
        cls.instances.append(item)
    is_class = cls.descends_from(world.class_class)
    if is_class and item.class_part is None:
        become_class(item)
    elif not is_class and item.class_part is not None:
        _end_class(world.interp, item.class_part)
        item.class_part = None
    world.changed()


# ---- ending ---------------------------------------------------------------------------------------------


def destroy(interp: Interp, item: TclObject) -> Value:
    """What the method destroy does: the destructors' result. Raises what they end with, when the object is gone."""
    try:
        return _destruct(interp, item)
    finally:
        remove(interp, item)


def remove(interp: Interp, item: TclObject) -> None:
    """Delete the command of an object; the rest follows."""
    space, tail = item.home
    if space.commands.get(tail) is not item.command:
        home = interp.root.home_of(item.command)
        if home is None:
            return
        space, tail = home
    if not item.is_ending:
        space.remove(interp, tail, item.command)


def _destruct(interp: Interp, item: TclObject) -> Value:
    if item.has_destructed:
        return ""
    item.has_destructed = True
    chain = special_chain(item, DESTRUCTOR)
    if chain is None or not interp.root.alive:
        return ""
    return Invocation(item, chain, 0, False).run(interp, [], [])


def end(interp: Interp, item: TclObject) -> None:
    """The command of an object is being deleted."""
    if item.is_ending:
        return
    item.is_ending = True
    try:
        _destruct(interp, item)
    except Return:
        pass  # a destructor may return
    except Completion as completion:
        interp.events.fail(interp, completion)
    if item.class_part is not None:
        _end_class(interp, item.class_part)
    set_mixins(item, [], item.world)
    if item in item.cls.instances:
        item.cls.instances.remove(item)
    space = item.namespace
    space.object = None
    if space.commands.get("my") is item.my:
        space.remove(interp, "my", item.my)
    if space.alive:
        delete_namespace(interp, space)


def _end_class(interp: Interp, cls: TclClass) -> None:
    """What depends on a class goes with it."""
    for user in reversed(cls.users[:]):
        remove(interp, user.object)
    for below in reversed(cls.subclasses[:]):
        remove(interp, below.object)
    for item in reversed(cls.instances[:]):  # the last one first, as in Tcl
        if item is not cls.object:
            remove(interp, item)
    for above in cls.superclasses:
        if cls in above.subclasses:
            above.subclasses.remove(cls)
    set_mixins(cls, [], cls.object.world)


# ---- copying --------------------------------------------------------------------------------------------


def copy(interp: Interp, source: TclObject, name: str | None, space_name: str | None) -> Value:
    """oo::copy: an object like another; its method <cloned> copies what is in the namespace."""
    world = source.world
    made = make(world, source.cls, name, space_name)
    _copy_definition(source, made, world)
    theirs, ours = source.class_part, made.class_part
    if theirs is not None and ours is not None:
        _copy_definition(theirs, ours, world)
        set_superclasses(ours, theirs.superclasses)
        ours.constructor = _copied(theirs.constructor, ours)
        ours.destructor = _copied(theirs.destructor, ours)
    world.changed()
    chain = method_chain(made, _CLONED, False, False)
    if chain is not None and not chain.is_unknown:
        try:
            Invocation(made, chain, 0, False).run(interp, ["my", _CLONED], [source.name])
        except Completion as completion:
            failure = completion if isinstance(completion, TclError) else TclError(completion.value)
            failure.add_info("\n    (while performing post-copy callback)")
            remove(interp, made)
            raise failure from None
    return made.name


def _copy_definition(source: Definable, made: Definable, world: World) -> None:
    made.filters, made.variables = list(source.filters), list(source.variables)
    set_mixins(made, source.mixins, world)
    for method in source.methods.values():
        copied = _copied(method, made)
        assert copied is not None
        made.methods[method.name] = copied


def _copied(method: Method | None, owner: Definable) -> Method | None:
    if method is None:
        return None
    made = method.copied()
    made.owner = owner
    return made


def copy_contents(interp: Interp, made: TclObject, source: TclObject) -> None:
    """Copy the procedures and variables in the namespace of an object."""
    for name, command in source.namespace.commands.items():
        if isinstance(command, Procedure):
            made.namespace.put(interp, name, Procedure(command.name, command.formals, command.body, made.namespace))
    for name, variable in source.namespace.variables.items():
        if not variable.is_set:
            continue
        target = made.namespace.variables.setdefault(name, type(variable.bare)())
        elements = variable.bare.elements
        if elements is not None:
            target.elements = dict(elements)
        else:
            target.value = variable.bare.value


def named(args: list[Any], place: int) -> str | None:
    """A name that may be left out or empty."""
    return to_str(args[place]) or None if len(args) > place else None
