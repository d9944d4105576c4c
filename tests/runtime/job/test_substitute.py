"""Step 3 of "One value, three steps": what the words of a launch become on the slots that it got."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.job.dirmaps import read_dirmaps, zone_of
from runtime.job.model import Cmd, CmdKind
from runtime.job.substitute import Binding, argv, builtin_words, launch_words, message, substitute_words

HOMES = {"": "/home/me", "bob": "/home/bob", "j.doe": "/home/jdoe"}
BOUND = Binding(
    hosts=("janus", "percival"),
    slots=("janus2", "percival1"),
    jid=12,
    tid=34,
    cid=56,
    retry=1,
    loop=7,
    quality=0.5,
    zone="NFS",
    dirmaps=read_dirmaps("{{X:/} {//server/x} UNC} {{X:/rib/} {/ribs/} nfs} {{X:/} {/x/} NFS} {}"),
    named={"bob": ("antigone", "iris"), "sim.1_a": ("iris",), "h": ("clytie",)},
    home=HOMES.get,
)


def cmd(launch: str, words: tuple[str, ...] | None = None) -> Cmd:
    return Cmd(CmdKind.REMOTE, launch, words=words)


def one(word: str, binding: Binding = BOUND) -> str:
    (result,) = substitute_words((word,), binding)
    return result


def test_argv_is_the_launch_split_into_words() -> None:
    assert argv(cmd('echo "a b"')) == ("echo", "a b")


def test_words_that_the_reader_kept_are_not_split_again() -> None:
    assert argv(cmd("echo a b", words=("echo", "a b"))) == ("echo", "a b")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("%n", "2"),
        ("%s", "janus2"),
        ("%j", "12"),
        ("%t", "34"),
        ("%c", "56"),
        ("%r", "1"),
        ("%R", "7"),
        ("%q", "0.5"),
        ("%%", "%"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "a-{}-b", "{}:{}"])
def test_a_code_stands_for_what_the_launch_is_bound_to(code: str, value: str, form: str) -> None:
    assert one(form.replace("{}", code)) == form.replace("{}", value)


def test_the_quality_of_a_final_run_is_written_with_a_fraction() -> None:
    assert one("%q", Binding()) == "1.0"


def test_a_word_that_is_just_hosts_becomes_several_words() -> None:
    assert launch_words(cmd("rsh %h date"), BOUND) == ("rsh", "janus", "percival", "date")
    assert launch_words(cmd("netrender %H x"), BOUND) == ("netrender", "-h", "janus", "-h", "percival", "x")
    assert launch_words(cmd("%{h}"), BOUND) == ("janus", "percival")


def test_hosts_within_a_word_are_joined_by_blanks() -> None:
    assert one("on:%h") == "on:janus percival"
    assert one("%H:") == "-h janus -h percival:"


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("%bob(host)", ("antigone", "iris")),
        ("%bob(-host)", ("-h", "antigone", "-h", "iris")),
        ("%{bob}(host)", ("antigone", "iris")),
        ("%sim.1_a(host)", ("iris",)),
        ("x=%bob(host)", ("x=antigone iris",)),
        ("%nobody(host)", ("%nobody(host)",)),
        ("%h(host)", ("clytie",)),
        ("%n(host)", ("2(host)",)),
    ],
)
def test_the_hosts_of_another_command_are_found_by_its_id(word: str, words: tuple[str, ...]) -> None:
    assert substitute_words((word,), BOUND) == words


@pytest.mark.parametrize("word", ["%04d", "f.%d.exr", "100%", "%h.settings", "%hello", "%", "%{x}", "%{h", "% h", "%D"])
def test_unknown_codes_stay(word: str) -> None:
    assert one(word) == word


def test_braces_delimit_a_code() -> None:
    assert one("%{n}.settings") == "2.settings"


def test_a_percent_sign_begins_nothing() -> None:
    assert one("%%h") == "%h"
    assert one("%%%n") == "%2"


# ---- %D ---------------------------------------------------------------------------------------------


def test_the_first_map_of_the_zone_whose_prefix_fits_wins() -> None:
    assert one("%D(X:/rib/a.rib)") == "/ribs/a.rib"
    assert one("%D(X:/tex/a.tex)") == "/x/tex/a.tex"


def test_zones_compare_without_case() -> None:
    assert one("%D(X:/a)", Binding(zone="unc", dirmaps=BOUND.dirmaps)) == "//server/xa"


@pytest.mark.parametrize("zone", ["", "LINUX"])
def test_a_path_stays_without_a_zone_or_a_map(zone: str) -> None:
    assert one("%D(X:/rib/a.rib)", Binding(zone=zone, dirmaps=BOUND.dirmaps)) == "X:/rib/a.rib"
    assert one("%D(/other/a.rib)") == "/other/a.rib"


def test_a_mapped_path_may_be_part_of_a_word_and_hold_blanks_parentheses_and_codes() -> None:
    assert one("-o=%D(X:/rib/a (1) b/%{j}.rib),z") == "-o=/ribs/a (1) b/12.rib,z"
    assert one("%{D}(X:/rib/a)") == "/ribs/a"


def test_a_path_that_is_never_closed_stays() -> None:
    assert one("%D(X:/rib/a") == "%D(X:/rib/a"


def test_unbalanced_parentheses_end_at_the_first_that_closes() -> None:
    assert one("%D(X:/rib/(a)b") == "/ribs/(ab"


def test_paths_that_nest_without_end_are_harmless() -> None:
    assert one("%D(" * 50_000 + ")" * 50_000).startswith("%D(")


def test_an_entry_that_is_no_map_is_a_fault() -> None:
    maps = read_dirmaps("{{a} {b}} {} {{c} {d} NFS}")

    assert [entry.source for entry in maps.maps] == ["c"]
    assert maps.faults == ('-dirmaps: "{a} {b}" is not {from to zone}',)


def test_the_zone_is_a_key_of_the_slot() -> None:
    assert zone_of(["pixarRender", "Zone=NFS", "zone=UNC"]) == "NFS"
    assert zone_of(["pixarRender"]) == ""


# ---- ~ ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("~/x", "/home/me/x"),
        ("~", "/home/me"),
        ("~bob/x", "/home/bob/x"),
        ("~j.doe", "/home/jdoe"),
        ("mail < ~/log ~bob", "mail < /home/me/log /home/bob"),
        ("~nobody/x", "~nobody/x"),
        ("a~", "a~"),
        ("x=~/y", "x=~/y"),
        ("/a/~/b", "/a/~/b"),
    ],
)
def test_a_tilde_at_the_start_of_a_blank_delimited_word_is_a_home(word: str, value: str) -> None:
    assert one(word) == value


# ---- built-ins ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("launch", "options"),
    [
        ('File delete "X:/a b"', {}),
        ("Alfred", {"msg": 'File delete "X:/a b"'}),
        (" {Alfred} ", {"msg": " {File} {delete} {X:/a b} "}),
        ("{TractorBuiltIn} {File} {delete} {%D(X:/a b)}", {}),
        ("{TractorBuiltIn} {File} {delete} {X:/a b}", {"msg": "ignored"}),
    ],
)
def test_all_spellings_of_a_built_in_are_one(launch: str, options: dict[str, str]) -> None:
    bound = Binding(zone="NFS", dirmaps=read_dirmaps("{Y: y NFS}"))

    assert builtin_words(Cmd(CmdKind.BUILTIN, launch, options), bound) == ("File", "delete", "X:/a b")


def test_codes_in_a_built_in_are_replaced_word_by_word() -> None:
    words = builtin_words(Cmd(CmdKind.BUILTIN, "Alfred", {"msg": 'File delete "%D(X:/rib/a b)" ~/%{j}.tmp'}), BOUND)

    assert words == ("File", "delete", "/ribs/a b", "/home/me/12.tmp")


# ---- the whole --------------------------------------------------------------------------------------


def test_a_message_is_substituted_but_not_split() -> None:
    assert message('csh "%h" ~/log  %j', BOUND) == 'csh "janus percival" /home/me/log  12'


def test_what_was_put_in_is_not_looked_at_again() -> None:
    trap = Binding(hosts=("%j", "~"), slots=("%D(a)",), jid=1, home=HOMES.get)

    assert launch_words(cmd("%h %s ~"), trap) == ("%j", "~", "%D(a)", "/home/me")


def test_a_launch_without_codes_is_its_own_words() -> None:
    words = ("prman", "-t:0")

    assert substitute_words(words, BOUND) is words


@given(st.text(st.characters(exclude_characters="%~")))
def test_text_without_codes_is_unchanged(text: str) -> None:
    assert message(text, BOUND) == text
    assert substitute_words((text,), BOUND) == (text,)


@given(st.text(st.sampled_from("%~ DhHnq{}().0a/bo")))
def test_no_text_is_refused(text: str) -> None:
    assert isinstance(message(text, BOUND), str)


@given(st.text(st.sampled_from("%~ ab(){}h")))
def test_doubled_percent_signs_keep_any_text(text: str) -> None:
    quoted = text.replace("%", "%%").replace("~", "-")

    assert message(quoted, BOUND) == text.replace("~", "-")
