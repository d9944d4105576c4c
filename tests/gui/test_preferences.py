"""The windows' preferences: what their fields mean, where windows come back."""

import pytest

from gui.models.preferences import Preferences, PreferencesError, changed, fields_of, is_on_screen, scaled

SCREEN = (1280, 960)


def test_fields_that_nobody_changed_mean_the_same_preferences():
    preferences = Preferences(scheme="dark", scale=1.5, tips=False, farm_look_s=7.0, places={"about": "1x1+0+0"})
    assert changed(preferences, fields_of(preferences)) == preferences
    assert changed(Preferences(), fields_of(Preferences())) == Preferences()


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [("scale", "huge", '"huge" is no number from 0.5 to 6'), ("farm_look_s", "0", '"0" is no number from 0.2 to 3600')],
)
def test_a_field_that_means_nothing_is_said(field, words, said):
    with pytest.raises(PreferencesError, match=said):
        changed(Preferences(), {**fields_of(Preferences()), field: words})


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        ("500x300+90+70", True),
        ("500x300+1270+70", False),
        ("500x300+90+-400", False),
        ("500x300+-20+0", True),
        ("", False),
    ],
)
def test_a_place_off_the_screen_is_not_used(place, seen):
    assert is_on_screen(place, *SCREEN) is seen


def test_a_usual_place_is_as_much_larger_as_what_is_in_it_and_all_on_the_screen():
    assert scaled("500x300+90+70", 1.0, SCREEN) == "500x300+90+70"
    assert scaled("500x300+90+70", 2.0, SCREEN) == "1000x600+90+70"
    assert scaled("+80+80", 2.0, SCREEN) == "+80+80"
    assert scaled("500x300+700+700", 2.0, SCREEN) == "1000x600+280+360"
    assert scaled("700x600+40+40", 3.0, SCREEN) == "1280x960+0+0"
