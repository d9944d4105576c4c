"""TclOO: classes, and objects that are commands with a namespace of their own.

    model       what an object, a class and a method are
    chains      which implementations a method call goes through, and which methods there are
    calls       running them: methods, next, my, self
    life        how objects come to be, how they are copied, and how they end
    core        the methods of oo::object and oo::class
    slots       oo::Slot and the slots of definitions (superclass, mixin, filter, variable)
    definitions the commands in definition scripts (method, constructor, export ...)
    inspecting  info object, info class
    world       all of it in one interpreter, made when a script first asks for it

Source: oo::class(n), oo::object(n), oo::define(n), oo::copy(n), my(n), next(n), self(n) of Tcl 8.6.
"""
