"""A forecast says how it was made, how good such ones were, and nothing where it has no basis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.app.forecast.accuracy import Accuracy
from kezek.app.forecast.replay import Scores
from kezek.planning.question import QUANTILES, Correction, Corrections
from tests.planning.stand_in import forecast

LINE = "/checkpoints/kz_a/forecast"
GOOD = Accuracy(
    trucks=120,
    inside80=0.8134,
    inside90=0.9,
    loss=3.456,
    loss_last_wait=7.0,
    loss_by_pace=None,
    error=12.0,
)


def crossed(api) -> None:
    """A truck has gone through, so that something is known of the post."""
    number = api.called(90)
    api.post("/admissions", {"booking": number}, "officer")
    api.post("/crossings", {"booking": number}, "officer")


def told(api) -> None:
    """The line's forecast as the planner would have answered."""
    application = api.application
    post = application.network.of_line("kz_a.exit")
    state = application.forecasts.state(post)
    application.forecasts.take(state, forecast(state), application.watch.version(state.line))


def test_without_a_planner_nothing_is_told(api):
    answer = api.get(LINE).body
    assert (answer["no_basis"], answer["as_of"], answer["method"]) == (
        "planner_starting",
        None,
        None,
    )
    assert (answer["joins"], answer["lengths"]) == ([], [])


def test_a_line_without_a_past_has_no_basis(api):
    told(api)
    answer = api.get(LINE).body
    assert (answer["no_basis"], answer["method"], answer["seed"]) == ("nobody_crossed", None, None)


def test_a_line_is_told_by_class_with_seven_quantiles_and_its_seed(api):
    crossed(api)
    told(api)
    answer = api.get(LINE).body
    assert (answer["no_basis"], answer["method"], answer["replications"]) == ("", "twin", 200)
    assert answer["quantiles"] == list(QUANTILES)
    assert {one["class"] for one in answer["joins"]} >= {"in_turn", "walk_in"}
    for one in answer["joins"]:
        assert len(one["called"]) == 7
        assert one["called"] == sorted(one["called"])
        assert all(a <= b for a, b in zip(one["called"], one["crossed"], strict=True))
    assert len(answer["lengths"][0]["waiting"]) == 7
    assert answer["accuracy_called"] is None


def test_what_such_forecasts_were_worth_stands_beside_them(api):
    crossed(api)
    api.application.forecasts._scores["kz_a.exit"] = Scores(api.application.now(), GOOD, None)
    told(api)
    answer = api.get(LINE).body
    assert answer["method"] == "twin, calibrated"
    assert answer["accuracy_called"] == {
        "trucks": 120,
        "inside80": 0.813,
        "inside90": 0.9,
        "loss": 3.46,
        "loss_last_wait": 7.0,
        "loss_by_pace": None,
        "error": 12.0,
        "loss_corrected": None,
        "loss_uncorrected": None,
    }
    assert answer["accuracy_crossed"] is None


def test_a_corrected_forecast_says_so_and_what_it_was_without(api):
    crossed(api)
    better = replace(GOOD, loss_corrected=3.456, loss_uncorrected=4.001)
    corrections = Corrections(called=Correction((-1,), (0.1,), (0,), (0,)))
    scores = Scores(api.application.now(), better, None, corrections=corrections)
    api.application.forecasts._scores["kz_a.exit"] = scores
    told(api)
    answer = api.get(LINE).body
    assert answer["method"] == "twin, corrected, calibrated"
    good = answer["accuracy_called"]
    assert (good["loss"], good["loss_corrected"], good["loss_uncorrected"]) == (3.46, 3.46, 4.0)


def test_a_post_without_a_line_has_no_future(api):
    assert api.get("/checkpoints/kz_nowhere/forecast").code == "checkpoint_unknown"


def test_a_booking_is_told_to_whoever_may_read_it(api):
    crossed(api)
    number = api.arrived(1)
    told(api)
    answer = api.get(f"/bookings/{number}/forecast", "carrier").body
    assert (answer["number"], answer["no_basis"]) == (number, "")
    assert len(answer["called"]) == len(answer["crossed"]) == 7
    assert api.get(f"/bookings/{number}/forecast", "rival").code == "booking_unknown"


def test_a_truck_that_came_since_joins_as_any_of_its_class(api):
    crossed(api)
    told(api)
    api.wait(hours=1 / 60)
    number = api.arrived(1)
    answer = api.get(f"/bookings/{number}/forecast", "carrier").body
    assert (answer["no_basis"], answer["likely"]["basis"]) == ("", "twin")
    assert answer["likely"]["called"]["low"] < answer["likely"]["called"]["high"]
    assert len(answer["called"]) == len(answer["crossed"]) == 7


def test_a_call_that_the_forecast_did_not_know_leaves_no_stale_range(api):
    crossed(api)
    number = api.arrived(1)
    told(api)
    api.post("/calls", {"checkpoint": "kz_a"}, "officer")
    answer = api.get(f"/bookings/{number}/forecast", "carrier").body
    assert (answer["no_basis"], answer["called"], answer["likely"]) == (
        "booking_not_told",
        None,
        None,
    )


def test_without_a_forecast_the_pace_stands_in_and_says_so(api):
    for n in range(90, 95):
        number = api.called(n)
        api.post("/admissions", {"booking": number}, "officer")
        api.post("/crossings", {"booking": number}, "officer")
    number = api.arrived(1)
    answer = api.get(f"/bookings/{number}/forecast", "carrier").body
    assert (answer["no_basis"], answer["called"]) == ("planner_starting", None)
    assert answer["likely"]["basis"] == "pace"
    assert (answer["likely"]["pace"]["ahead"], answer["likely"]["pace"]["crossed"]) == (0, 5)
    assert answer["likely"]["called"]["low"] < answer["likely"]["called"]["high"]
    now = api.get(LINE).body["joins_now"]
    assert (now["class"], now["basis"], now["pace"]["ahead"]) == ("in_turn", "pace", 1)


@pytest.mark.parametrize("known", [True, False])
def test_a_truck_that_the_twin_does_not_know_is_not_told(api, known):
    crossed(api)
    if known:
        told(api)
    number = api.book(1)
    answer = api.get(f"/bookings/{number}/forecast", "carrier").body
    assert answer["no_basis"] == ("booking_not_told" if known else "planner_starting")
    assert (answer["called"], answer["crossed"]) == (None, None)
