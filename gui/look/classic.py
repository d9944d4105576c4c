"""Today's Tk, made to look like that of the 1990s: wide Motif borders, diamonds, Helvetica.

Tk 8.5 has thinned borders, made fields white and replaced the marks that stand out. The option database puts that back,
at the lowest priority, so that a user's own X resources still win. Only ttk's "classic" theme draws the old diamonds
and squares: check buttons, radio buttons, tabs and tables are ttk's, everything else is Tk's own.
"""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

from gui.look.scheme import Scheme

_FONTS = {
    "TkDefaultFont": ("font", 0, "bold"), "TkHeadingFont": ("font", 0, "bold"), "TkMenuFont": ("font", 0, "bold"),
    "TkCaptionFont": ("font", 2, "bold"), "TkSmallCaptionFont": ("font", -2, "bold"),
    "TkTooltipFont": ("font", -1, "normal"), "TkTextFont": ("font", 0, "normal"),
    "TkFixedFont": ("fixed_font", 0, "normal"),
}  # fmt: skip
"""Family, size beside that of the scheme, weight."""

_BORDER = (
    "Button", "Checkbutton", "Radiobutton", "Menubutton", "Menu", "Entry", "Spinbox", "Listbox", "Text", "Message",
    "Scale", "Scrollbar", "Panedwindow",
)  # fmt: skip


def apply(root: tk.Tk, scheme: Scheme) -> None:
    """Windows that are made from now on look so."""
    _set_fonts(root, scheme)
    for pattern, value in _options(scheme).items():
        root.option_add(pattern, value, "widgetDefault")
    root.configure(background=scheme.background, highlightbackground=scheme.background)
    _set_styles(ttk.Style(root), scheme)
    root.bind_class("TkFDialog", "<Map>", lambda event: _tint_file_list(root, str(event.widget), scheme))


def _tint_file_list(root: tk.Tk, path: str, scheme: Scheme) -> None:
    """Tk's own dialog for files has a list that is white in any scheme."""
    if root.tk.call("winfo", "class", path) == "Canvas":
        root.tk.call(path, "configure", "-background", scheme.field)
    for child in root.tk.splitlist(root.tk.call("winfo", "children", path)):
        _tint_file_list(root, str(child), scheme)


def _set_fonts(root: tk.Tk, scheme: Scheme) -> None:
    for name, (family, more, weight) in _FONTS.items():
        pixels = -scheme.px(scheme.size + more)
        root.tk.call("font", "configure", name, "-family", getattr(scheme, family), "-size", pixels, "-weight", weight)


def _options(scheme: Scheme) -> dict[str, str | int]:
    border = scheme.px(2)
    options: dict[str, str | int] = {
        "*font": "TkDefaultFont", "*Entry.font": "TkTextFont", "*Spinbox.font": "TkTextFont",
        "*Text.font": "TkFixedFont", "*Menu.font": "TkMenuFont",
        "*background": scheme.background, "*foreground": scheme.foreground,
        "*activeBackground": scheme.lit, "*activeForeground": scheme.foreground,
        "*selectBackground": scheme.chosen, "*selectForeground": scheme.foreground,
        "*inactiveSelectBackground": scheme.chosen, "*disabledForeground": scheme.faint,
        "*troughColor": scheme.chosen, "*selectColor": scheme.indicator,
        "*highlightBackground": scheme.background, "*highlightColor": scheme.foreground,
        "*insertBackground": scheme.foreground,
        "*Entry.background": scheme.field, "*Text.background": scheme.field, "*Listbox.background": scheme.field,
        "*Spinbox.background": scheme.field, "*Entry.disabledBackground": scheme.background,
        "*Entry.readonlyBackground": scheme.background,
        "*Menu.activeBorderWidth": border, "*Scrollbar.highlightThickness": 1, "*Scrollbar.width": scheme.px(15),
        "*Listbox.activeStyle": "underline",
        "*Panedwindow.sashWidth": border, "*Panedwindow.sashPad": border, "*Panedwindow.sashRelief": "raised",
        "*Panedwindow.opaqueResize": 0, "*Panedwindow.showHandle": 1,
        "*Button.padX": scheme.px(8), "*Button.padY": scheme.px(3),
        "*Menubutton.padX": scheme.px(4), "*Menubutton.padY": scheme.px(3),
        "*Menu.tearOff": 1, "*Menu.relief": "raised", "*Menu.useMotifHelp": 1, "*Menu.clickToFocus": 1,
        "*TCombobox*Listbox.background": scheme.field, "*TCombobox*Listbox.font": "TkTextFont",
    }  # fmt: skip
    options |= {f"*{widget}.borderWidth": border for widget in _BORDER}
    options |= {f"*{widget}.selectBorderWidth": 1 for widget in ("Entry", "Spinbox", "Listbox", "Text")}
    return options


def _set_styles(style: ttk.Style, scheme: Scheme) -> None:
    style.theme_use("classic")
    mark, gap = scheme.px(11), scheme.px(2)
    style.configure(
        ".", font="TkDefaultFont", borderwidth=scheme.px(2), background=scheme.background, foreground=scheme.foreground,
        troughcolor=scheme.chosen, fieldbackground=scheme.field, selectbackground=scheme.chosen,
        selectforeground=scheme.foreground, insertcolor=scheme.foreground, indicatorcolor=scheme.background,
        highlightcolor=scheme.background,
    )  # fmt: skip
    style.map(".", foreground=[("disabled", scheme.faint)], background=[("active", scheme.lit)])
    for name in ("TCheckbutton", "TRadiobutton", "Amber.TCheckbutton"):
        style.configure(name, indicatordiameter=mark, indicatormargin=f"0 {gap} {3 * gap} {gap}", padding=1)
        colour = scheme.amber if name.startswith("Amber") else scheme.indicator
        style.map(
            name,
            indicatorcolor=[("pressed", scheme.background), ("selected", colour)],
            indicatorrelief=[("selected", "sunken"), ("pressed", "sunken")],
        )
    style.configure("TNotebook.Tab", font="TkDefaultFont", background=scheme.chosen, padding=(4 * gap, gap))
    style.map("TNotebook.Tab", background=[("selected", scheme.background)])
    style.configure("TEntry", font="TkTextFont")
    style.configure("Treeview", background=scheme.field, font="TkTextFont", rowheight=scheme.px(scheme.size + 8))
    style.configure("Treeview.Heading", font="TkHeadingFont")
    style.map("Treeview", background=[("selected", scheme.chosen)], foreground=[("selected", scheme.foreground)])
    style.configure("TCombobox", arrowsize=scheme.px(12), padding=gap)
    style.map("TCombobox", fieldbackground=[("readonly", scheme.background)])
