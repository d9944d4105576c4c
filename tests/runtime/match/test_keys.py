"""Service key expressions: which slots a command accepts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.match.keys import KeyExpressionError, combine, compile_keys, slot_keys

JANUS = slot_keys(["PixarRender", "zone=NFS", "Linux"], slot="janus_2", host="Janus.site.com", address="192.168.0.7")
METRICS = {"mem": 4.0, "disk": 100.0, "nCPUs": 8.0, "cpu": 0.5, "sa": 2.0, "strange": None}.get


def accepts(expression: str) -> bool:
    return compile_keys(expression)(JANUS, METRICS)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "  ",
        "PixarRender",
        "pixarrender",
        "PixarRender,Linux",
        "PixarRender && Linux",
        "PixarRender Linux",
        "PixarRender,!Irix",
        "Irix || Linux",
        "Irix && Irix || Linux",
        "PixarRender && (Irix || Linux)",
        "!(Irix || OSX)",
        "!!Linux",
        '"PixarRender"',
        "'linux'",
        '"pixar*"',
        "'192.168.0.?'",
        '"*"',
        "*",
        "janus_2",
        "zone=NFS",
        "local:linux || linux",
    ],
)
def test_a_slot_that_has_what_is_asked_for_is_accepted(expression: str) -> None:
    assert accepts(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "Irix",
        "PixarRender,Irix",
        "PixarRender Irix",
        "PixarRender && !Linux",
        "!Linux",
        "Irix || OSX",
        "(Irix || Linux) && OSX",
        "!(Irix || Linux)",
        '"rack-15?"',
        "!'*'",
        "zone=UNC",
        "local:linux",
        "Pixar",
    ],
)
def test_a_slot_that_lacks_what_is_asked_for_is_not(expression: str) -> None:
    assert not accepts(expression)


def test_and_binds_tighter_than_or() -> None:
    assert accepts("Linux || Irix && OSX")
    assert not accepts("(Linux || Irix) && OSX")


# ---- hosts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["janus", "JANUS", "janus.site.com", "192.168.0.7", "janus_2"])
def test_slot_host_and_address_are_keys(key: str) -> None:
    assert accepts(key)
    assert not accepts("!" + key)


def test_a_full_host_name_equals_its_short_one() -> None:
    known_as_short = slot_keys([], host="iris")

    assert compile_keys("iris.site.com")(known_as_short, METRICS)
    assert not compile_keys("clytie.site.com")(known_as_short, METRICS)
    assert not compile_keys("janus.elsewhere.com")(JANUS, METRICS)


def test_an_address_is_not_shortened() -> None:
    assert not compile_keys("10.0.0.9")(slot_keys([], host="10"), METRICS)


def test_local_keys_match_the_dispatchers_own_machine() -> None:
    own = slot_keys(["PixarRender"], local=True)

    assert compile_keys("local:PixarRender")(own, METRICS)
    assert not compile_keys("local:Irix")(own, METRICS)
    assert compile_keys("local:odd")(slot_keys(["local:odd"]), METRICS)


# ---- metrics ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "accepted"),
    [
        ("@.disk > 5", True),
        ("@.disk > 500", False),
        ("PixarRender && ((1024 * @.mem) > 2048)", True),
        ("@.nCPUs >= 8", True),
        ("@.nCPUs <= 7", False),
        ("@.cpu < .75", True),
        ("@.sa == 2", True),
        ("@.sa != 2", False),
        ("@.mem*2>7", True),
        ("@.mem / 2 > 3", False),
        ("@.mem + 2 * 3 == 10", True),
        ("(@.mem + 2) * 3 == 18", True),
        ("@.mem - 2 - 1 == 1", True),
        ("@.mem", True),
        ("!@.mem", False),
        ("@.NCPUS == 8", True),
        ("@.disk > 5, Linux", True),
        ("@.disk > 5 Irix", False),
    ],
)
def test_metrics_are_compared_as_numbers(expression: str, accepted: bool) -> None:
    assert accepts(expression) is accepted


@pytest.mark.parametrize(
    "expression", ["@.strange > 1", "!(@.strange > 1)", "@.nothing", "!@.nothing", "@.mem / 0 > 1"]
)
def test_what_is_not_known_matches_nothing_either_way(expression: str) -> None:
    assert not accepts(expression)


def test_another_alternative_may_still_match() -> None:
    assert accepts("@.strange > 1 || Linux")


def test_digits_alone_are_a_key() -> None:
    assert compile_keys("maya && 2012")(slot_keys(["maya", "2012"]), METRICS)
    assert not accepts("2012")
    assert compile_keys("3delight, rfm-24.3")(slot_keys(["3Delight", "RfM-24.3"]), METRICS)


# ---- the machine as the farm ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "accepted"),
    [
        ("PixarNRM", True),
        ('"rack-*" && local:anything', True),
        ("!Irix", True),
        ("!Linux", False),
        ("PixarNRM, !Linux", False),
        ("!(Linux && Irix)", True),
        ("!(Linux && !Irix)", True),
        ("@.mem > 2", True),
        ("@.mem > 200", False),
        ("@.strange > 1", False),
    ],
)
def test_one_machine_accepts_every_key_but_holds_to_the_negated_ones(expression: str, accepted: bool) -> None:
    assert compile_keys(expression).on_own_machine(JANUS, METRICS) is accepted


# ---- combining, names, reasons ----------------------------------------------------------------------


def test_an_or_of_the_job_does_not_reach_into_the_command() -> None:
    assert not accepts(combine("Linux || OSX", "Irix"))
    assert not accepts(combine("Irix", "Linux || OSX"))
    assert accepts(combine("Irix || Linux", "PixarRender || OSX"))


@pytest.mark.parametrize(("job", "command"), [("", "a || b"), ("a || b", " ")])
def test_an_empty_expression_adds_nothing(job: str, command: str) -> None:
    assert combine(job, command) == "a || b"


def test_the_keys_that_are_asked_for_are_known_by_name() -> None:
    test = compile_keys('PixarRender, (Big || !Irix) && !(a && !b) "x*" @.mem > 1 && !@.cpu')

    assert test.positive == ("pixarrender", "big", "b")
    assert test.metrics == ("mem", "cpu")


def test_a_slot_that_does_not_match_says_which_part_it_fails() -> None:
    assert compile_keys("Linux, Irix || OSX").why_not(JANUS, METRICS) == "does not match Linux, Irix || OSX"
    assert compile_keys("Linux, BigIron").why_not(JANUS, METRICS) == "does not match BigIron"
    assert compile_keys("Linux && @.strange > 1").why_not(JANUS, METRICS) == "@.strange not known"
    assert compile_keys("Linux").why_not(JANUS, METRICS) == ""


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "problem", "offset"),
    [
        ("a &&", 'a key is missing after "&&"', 4),
        ("|| a", 'a key is missing before "||"', 0),
        ("a || ", 'a key is missing after "||"', 5),
        ("!", 'a key is missing after "!"', 1),
        ("(a", 'the parenthesis "(" is never closed', 0),
        ("a)", 'unexpected ")"', 1),
        ("()", 'a key is missing after "("', 1),
        ("a & b", 'unexpected "&"', 2),
        ('a "b', 'the quote " is never closed', 2),
        ("a > 3", '"a" is no number, but stands beside >', 0),
        ("@.mem + a", '"a" is no number, but stands beside +', 8),
        ("(1 < 2 < 3)", 'unexpected "<"', 7),
        ("1 < 2 < 3", 'unexpected "<"', 6),
        ("@mem", 'unexpected "@"', 0),
        ("(" * 200 + "a", "nested too deeply", 101),
        ("!" * 5000, "nested too deeply", 101),
    ],
)
def test_an_unreadable_expression_says_what_is_wrong_and_where(expression: str, problem: str, offset: int) -> None:
    with pytest.raises(KeyExpressionError) as caught:
        compile_keys(expression)

    assert caught.value.problem == problem
    assert caught.value.offset == offset
    assert str(caught.value).endswith(f"{problem} at character {offset + 1}")


def test_a_hint_names_the_usual_spelling() -> None:
    with pytest.raises(KeyExpressionError) as caught:
        compile_keys("a & b")

    assert caught.value.hint == "AND is && or a comma"


def test_a_text_is_compiled_once() -> None:
    assert compile_keys("a && b") is compile_keys("a && b")


# ---- against a naive evaluator ----------------------------------------------------------------------

Tree = tuple[str, "Tree", "Tree"] | tuple[str, "Tree"] | str

TREES: st.SearchStrategy[Tree] = st.recursive(
    st.sampled_from("abcd"),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["&&", ",", " ", "||"]), inner, inner), st.tuples(st.just("!"), inner)
    ),
    max_leaves=12,
)


def spelled(tree: Tree) -> str:
    if isinstance(tree, str):
        return tree
    if len(tree) == 2:
        return "!(" + spelled(tree[1]) + ")"
    return f"({spelled(tree[1])}{tree[0]}{spelled(tree[2])})"


def naive(tree: Tree, keys: set[str]) -> bool:
    if isinstance(tree, str):
        return tree in keys
    if len(tree) == 2:
        return not naive(tree[1], keys)
    left, right = naive(tree[1], keys), naive(tree[2], keys)
    return left or right if tree[0] == "||" else left and right


@given(TREES, st.sets(st.sampled_from("abcd")))
def test_any_expression_means_what_its_tree_means(tree: Tree, keys: set[str]) -> None:
    assert compile_keys(spelled(tree))(slot_keys(keys), METRICS) is naive(tree, keys)


@given(st.text(st.sampled_from("ab&|!(),'\"@.m<>=+-*/ 12"), max_size=30))
def test_any_text_is_read_or_refused_by_design(text: str) -> None:
    try:
        compile_keys(text)
    except KeyExpressionError as error:
        assert 0 <= error.offset <= len(text)
