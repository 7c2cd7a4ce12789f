"""The codes of the log's lines: what a machine searches for stays, whatever a sentence becomes.

A test compares this table with every call that writes into the log.
"""

from __future__ import annotations

from collections.abc import Mapping

# By the sentence as it stands in the code.
CODES: Mapping[str, str] = {
    "request": "request",
    "request failed, id %s": "request_failed",
    "reference %s: %s": "page_failed",
    "a page met %s": "page_unavailable",
    "a live board could not be made": "board_failed",
    "a batch of %d failed: %s": "batch_failed",
    "announcing committed events failed": "announcing_failed",
    "%d answers came after their server had closed": "answers_too_late",
    "the clock is %d s behind the log: set the machine's clock": "clock_behind",
    "the machine's time jumped by %d s: the server goes on by its own count; put the clock right, "
    "or start the server anew if the new time is the right one": "clock_jumped",
    "the timer will try again: %s": "timer_failed",
    "the timer stumbled and will try again": "timer_stumbled",
    "no head of the log is signed: %s": "ledger_failed",
    "the ledger stumbled and will try again": "ledger_stumbled",
    "the feed will try again: %s": "feed_interrupted",
    "the consumer %s will be tried again: %s": "consumer_failed",
    "the consumer %s stumbled and will be tried again": "consumer_stumbled",
    "the server's look at its database failed: %s": "look_failed",
    "a promise is broken: %s is %d": "promise_broken",
    "the vigil stumbled and will try again": "look_stumbled",
    "the figures of a worker were not laid down: %s": "figures_not_laid_down",
    "forecasts stumbled and will be tried again": "forecasts_stumbled",
    "the line %s has no forecast: %s": "forecast_failed",
    "forecasts of %s are not scored: %s": "forecasts_not_scored",
    "what is usual at %s is not read: %s": "usual_not_read",
    "there are no forecasts for %.0f s: the planner ended": "planner_ended",
    "the planner stumbled over line %s: %s": "planner_stumbled",
    "the planner has learned nothing from past forecasts: %.200s": "planner_learned_nothing",
    "worker %d ended with %d; again in %.1f s": "worker_ended",
    "worker %d did not stop within %d s": "worker_killed",
    "the demo's traffic has stopped; the server goes on": "traffic_stopped",
    "the database server runs with fsync off: a power cut will lose bookings": "fsync_off",
    "following the log was interrupted: %s": "following_interrupted",
    "telling what was logged failed and will be tried again": "telling_failed",
    "writing the write-ahead log back failed and will be tried again: %s": "writing_back_failed",
    "writing the write-ahead log back at the end failed: %s": "last_writing_back_failed",
    "a rollback failed: %s": "rollback_failed",
    "the end of the log is not noted: %s": "end_not_noted",
    "events %s were added to the log while no server ran": "events_strayed",
    "a withdrawal was not noted beside the database: %s": "withdrawal_not_noted",
    "an erasure that the database did not know was repeated": "erasure_repeated",
    "a reader was still at work when the store closed": "reader_left",
    "accounts cannot be administered beside this server: %s": "operator_socket_failed",
    "the operator's line was closed: %s": "operator_line_closed",
    "an account could not be administered": "operator_act_failed",
    "a thread ended by a mistake of ours": "thread_ended",
    "something could not be cleared away": "clearing_failed",
}
# What a library writes: its own words may quote what somebody typed, so they are cut short.
FOREIGN = "foreign"


def code_of(sentence: str) -> str:
    """The code of a line of ours; what is not in the table is foreign."""
    return CODES.get(sentence, FOREIGN)
