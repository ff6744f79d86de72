"""The rules at their edges; the window is ten polls, one a second unless said otherwise."""

from __future__ import annotations

import math

import pytest

from streams.lag.evaluation import (
    WINDOW,
    Commit,
    Pace,
    Status,
    Window,
    by_group,
    evaluate,
    is_falling_behind,
    is_rewound,
    is_stalled,
    is_stopped,
    judge,
    judge_trend,
    measure_pace,
    time_to_catch_up,
)
from streams.lag.observation import Observation


def look(committed: int | None, end: int | None, **facts: object) -> Observation:
    defaults: dict[str, object] = {"start": 0, "active": True}
    return Observation("group", "topic", 0, committed, end=end, **(defaults | facts))  # type: ignore[arg-type]


def watch(*observations: Observation, every: float = 1.0) -> list[Status]:
    """Judge a series of polls, one every so many seconds."""
    window = Window()
    statuses = []
    for poll, observation in enumerate(observations):
        now = 1000.0 + poll * every
        window = window.seen(observation, now)
        statuses.append(judge(observation, window, now))
    return statuses


def commits(*offsets_and_ends: tuple[int, int]) -> list[Commit]:
    return [Commit(float(time), *each) for time, each in enumerate(offsets_and_ends)]


class TestSingleLook:
    def test_nothing_left_is_ok(self) -> None:
        assert watch(look(5, 5)) == [Status.OK]

    def test_nothing_but_control_records_left_is_ok(self) -> None:
        assert watch(look(5, 6, drained=True)) == [Status.OK]

    def test_records_left_to_a_living_group_say_nothing_yet(self) -> None:
        assert watch(look(4, 5)) == [Status.UNKNOWN]

    def test_records_left_to_a_group_without_members_mean_stop(self) -> None:
        assert watch(look(4, 5, active=False)) == [Status.STOP]

    def test_a_group_that_assigns_itself_partitions_may_live_unseen(self) -> None:
        assert watch(look(4, 5, active=False, managed=False)) == [Status.UNKNOWN]

    def test_an_offset_before_the_log_start_is_lost(self) -> None:
        assert watch(look(4, 9, start=5)) == [Status.LOST]

    def test_an_offset_at_the_log_start_is_not_lost(self) -> None:
        assert watch(look(5, 9, start=5)) == [Status.UNKNOWN]

    def test_an_offset_beyond_the_end_is_lost(self) -> None:
        assert watch(look(10, 9)) == [Status.LOST]

    def test_a_deleted_topic_is_gone(self) -> None:
        assert watch(look(4, None, gone=True)) == [Status.GONE]

    def test_an_unreadable_end_is_an_error(self) -> None:
        assert watch(look(4, None, error="LEADER_NOT_AVAILABLE")) == [Status.ERROR]


class TestTrends:
    """A full window of a group that always has records left."""

    def test_gaining_is_ok(self) -> None:
        assert watch(*(look(poll * 10, 1000 + poll * 5) for poll in range(WINDOW)))[-1] is Status.OK

    def test_falling_behind_is_a_warning(self) -> None:
        polls = [look(poll * 5, 1000 + poll * 10) for poll in range(WINDOW)]
        assert watch(*polls)[-2:] == [Status.UNKNOWN, Status.WARN]

    def test_keeping_the_distance_is_a_warning(self) -> None:
        assert watch(*(look(poll, 100 + poll) for poll in range(WINDOW)))[-1] is Status.WARN

    def test_gaining_once_in_the_window_is_ok(self) -> None:
        polls = [look(poll * 5, 1000 + poll * 10) for poll in range(WINDOW)]
        polls[4] = look(200, 1040)
        polls[5:] = [look(200 + poll, 1050 + poll * 10) for poll in range(WINDOW - 5)]
        assert watch(*polls)[-1] is Status.OK

    def test_a_living_group_that_does_not_move_stalls(self) -> None:
        assert watch(*[look(4, 5)] * WINDOW)[-2:] == [Status.UNKNOWN, Status.STALL]

    def test_a_living_group_that_never_committed_stalls(self) -> None:
        assert watch(*[look(None, 5)] * WINDOW)[-1] is Status.STALL

    def test_one_step_in_the_window_is_no_stall(self) -> None:
        polls = [look(4, 9)] * (WINDOW - 1) + [look(5, 10)]
        assert watch(*polls)[-1] is Status.WARN

    def test_zero_lag_within_the_window_is_ok(self) -> None:
        polls = [look(4, 4)] + [look(4, 5)] * (WINDOW - 1)
        assert watch(*polls)[-1] is Status.OK

    def test_zero_lag_that_left_the_window_is_forgotten(self) -> None:
        polls = [look(4, 4)] + [look(4, 5)] * WINDOW
        assert watch(*polls)[-1] is Status.STALL


class TestStop:
    def test_silence_longer_than_the_commits_lasted(self) -> None:
        moving = [look(poll, 100) for poll in range(WINDOW)]
        silent = [look(WINDOW - 1, 100, active=False)] * WINDOW
        statuses = watch(*moving, *silent)
        # The commits lasted nine seconds: the ninth silent one is not longer, the tenth is.
        assert statuses[-2:] == [Status.OK, Status.STOP]

    def test_before_the_window_is_full(self) -> None:
        moving = [look(poll, 100) for poll in range(3)]
        silent = [look(2, 100, active=False)] * 3
        unknown = [Status.UNKNOWN] * 5
        assert watch(*moving, *silent) == [*unknown, Status.STOP]

    def test_a_group_without_members_from_the_first_look_on(self) -> None:
        assert watch(*[look(2, 100, active=False)] * 3) == [Status.STOP] * 3

    def test_a_commit_ends_the_silence(self) -> None:
        moving = [look(poll, 100) for poll in range(WINDOW)]
        silent = [look(WINDOW - 1, 100, active=False)] * WINDOW
        assert watch(*moving, *silent, look(50, 100))[-1] is Status.OK

    def test_an_idle_group_is_not_stopped_by_the_first_record(self) -> None:
        idle = [look(5, 5, active=False, managed=False)] * 100
        assert watch(*idle, look(5, 6, active=False, managed=False))[-1] is Status.OK

    def test_a_group_never_seen_to_commit_has_stopped(self) -> None:
        polls = [look(4, 5, active=False, managed=False)] * WINDOW
        assert watch(*polls)[-2:] == [Status.UNKNOWN, Status.STOP]

    @pytest.mark.parametrize(("now", "stopped"), [(9.0, False), (18.0, False), (18.001, True)])
    def test_edge(self, now: float, stopped: bool) -> None:
        assert is_stopped(commits(*((poll, 100) for poll in range(10))), now) is stopped


class TestRewind:
    def test_going_back_shows_at_once(self) -> None:
        assert watch(look(10, 20), look(9, 20)) == [Status.UNKNOWN, Status.REWIND]

    def test_going_back_from_the_end_shows_at_once(self) -> None:
        assert watch(look(20, 20), look(0, 20)) == [Status.OK, Status.REWIND]

    def test_catching_up_clears_it(self) -> None:
        statuses = watch(look(20, 20), look(0, 20), look(10, 20), look(20, 20), look(20, 21))
        assert statuses[2:] == [Status.REWIND, Status.OK, Status.UNKNOWN]

    def test_leaving_the_window_clears_it(self) -> None:
        back = [look(10, 500), look(0, 500)]
        on = [look(poll * 10, 500 + poll) for poll in range(1, WINDOW)]
        statuses = watch(*back, *on)
        assert statuses[-2:] == [Status.REWIND, Status.OK]

    @pytest.mark.parametrize(
        ("offsets_and_ends", "rewound"),
        [
            ([], False),
            ([(5, 9)], False),
            ([(5, 9), (5, 9)], False),
            ([(5, 9), (4, 9)], True),
            ([(5, 9), (4, 9), (9, 9)], False),
            ([(5, 9), (4, 4)], False),
        ],
    )
    def test_edge(self, offsets_and_ends: list[tuple[int, int]], rewound: bool) -> None:
        assert is_rewound(commits(*offsets_and_ends)) is rewound


class TestRules:
    def test_stalled(self) -> None:
        assert is_stalled(commits((5, 9), (5, 12)))
        assert not is_stalled(commits((5, 9), (6, 12)))
        assert not is_stalled(commits((5, 5), (5, 12)))

    def test_falling_behind(self) -> None:
        assert is_falling_behind(commits((5, 9), (6, 10)))
        assert not is_falling_behind(commits((5, 9), (6, 9)))

    def test_stop_goes_before_stall(self) -> None:
        stalled = commits(*[(5, 9)] * 10)
        assert judge_trend(stalled, 18.0) is Status.STALL
        assert judge_trend(stalled, 19.0) is Status.STOP

    def test_statuses_are_ranked(self) -> None:
        ranked = sorted(Status, key=lambda status: status.severity)
        assert ranked[0] is Status.OK
        assert ranked[-1] is Status.ERROR


class TestCatchingUp:
    def test_pace_is_from_the_first_commit_to_now(self) -> None:
        window = Window().seen(look(0, 100), 10.0).seen(look(30, 110), 20.0)
        assert measure_pace(look(30, 110), window, 20.0) == Pace(3.0, 1.0)

    def test_pace_needs_two_polls(self) -> None:
        assert measure_pace(look(0, 100), Window().seen(look(0, 100), 10.0), 10.0) is None

    def test_a_rewind_is_not_a_negative_pace(self) -> None:
        window = Window().seen(look(50, 100), 10.0).seen(look(0, 110), 20.0)
        assert measure_pace(look(0, 110), window, 20.0) == Pace(0.0, 1.0)

    @pytest.mark.parametrize(
        ("lag", "pace", "expected"),
        [
            (0, None, 0.0),
            (0, Pace(1.0, 5.0), 0.0),
            (80, Pace(3.0, 1.0), 40.0),
            (80, Pace(1.0, 1.0), math.inf),
            (80, Pace(1.0, 2.0), math.inf),
            (80, None, None),
            (None, Pace(3.0, 1.0), None),
        ],
    )
    def test_estimate(self, lag: int | None, pace: Pace | None, expected: float | None) -> None:
        assert time_to_catch_up(lag, pace) == expected

    def test_a_group_that_keeps_up_is_not_said_to_never_catch_up(self) -> None:
        polls = [look(100 + poll, 102 + poll + poll % 2) for poll in range(WINDOW)]
        window = Window()
        for poll, observation in enumerate(polls):
            window = window.seen(observation, float(poll))
        verdict = evaluate(polls[-1], window, WINDOW - 1.0)
        assert (verdict.status, verdict.catch_up) == (Status.OK, None)


class TestObservation:
    def test_lag_before_the_first_commit_counts_from_the_log_start(self) -> None:
        assert look(None, 9, start=4).lag == 5

    def test_lag_of_a_lost_offset_counts_what_is_still_there(self) -> None:
        assert look(2, 9, start=4).lag == 5
        assert look(20, 9, start=4).lag == 5

    def test_seconds(self) -> None:
        assert look(4, 5, oldest=90.0).seconds(100.0) == 10.0
        assert look(4, 5, oldest=101.0).seconds(100.0) == 0.0
        assert look(4, 5).seconds(100.0) is None
        assert look(5, 5).seconds(100.0) == 0.0


def test_groups_are_summed_up() -> None:
    observations = [
        Observation("a", "t", 0, 5, start=0, end=9, oldest=90.0, active=True),
        Observation("a", "t", 1, 5, start=0, end=5, active=True),
        Observation("b", "t", 0, 5, start=0, end=None, error="LEADER_NOT_AVAILABLE"),
    ]
    verdicts = [evaluate(each, Window().seen(each, 100.0), 100.0) for each in observations]
    a, b = by_group(verdicts)
    assert (a.group, a.status, a.lag, a.seconds, a.catch_up) == ("a", Status.UNKNOWN, 4, 10.0, None)
    assert (b.group, b.status, b.lag, b.seconds) == ("b", Status.ERROR, 0, None)
