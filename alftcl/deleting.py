"""Deleting a namespace, with all that is in it and below.

While code still runs in it, it keeps what it has (frames.TracedFrame clears it in the end), though no name leads
there any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alftcl.ensembles import forget_ensembles
from alftcl.frames import Frame, TracedFrame
from alftcl.namespaces import Namespace

if TYPE_CHECKING:
    from alftcl.interp import Interp


def delete_namespace(interp: Interp, space: Namespace) -> None:
    """Delete a namespace and its children."""
    space.going(interp)
    if not space.alive:
        return
    for child in space.below:
        delete_namespace(interp, child)
    space.alive = False
    user = _outermost_user(interp, space)
    if space is interp.root:
        space.tear_down(interp)
        return
    if space.parent is not None and space.parent.children.get(space.tail) is space:
        del space.parent.children[space.tail]
    if space.is_used_elsewhere:
        _leave_paths(interp.root, space)
        forget_ensembles(interp, interp.root)
    if user is None:
        space.tear_down(interp)
    elif type(user) is Frame:
        user.__class__ = TracedFrame
        space.tell_all()


def _outermost_user(interp: Interp, space: Namespace) -> Frame | None:
    frame: Frame | None = interp.frame
    user = None
    while frame is not None:
        if frame.namespace is space:
            user = frame
        frame = frame.caller
    return user


def _leave_paths(space: Namespace, gone: Namespace) -> None:
    if gone in space.path:
        space.look_in([found for found in space.path if found is not gone])
    for child in space.below:
        _leave_paths(child, gone)
