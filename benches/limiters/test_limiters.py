"""Tests of the measuring itself: python3 -m unittest discover benches/limiters"""

import unittest

import models
import server_log


def request(began, ended, status, **fields):
    return {"b": began, "e": ended, "s": status, "h": {name.replace("_", "-"): value for name, value in fields.items()}}


class Early(unittest.TestCase):
    def test_a_request_before_the_named_moment_is_early(self):
        refusal = request(0.0, 0.1, 429, Retry_After="2")
        self.assertEqual(server_log.early([refusal, request(1.0, 1.1, 200)]), 1)
        self.assertEqual(server_log.early([refusal, request(2.1, 2.2, 200)]), 0)

    def test_a_request_that_was_on_its_way_is_not_early(self):
        refusal = request(0.0, 0.1, 429, Retry_After="2")
        self.assertEqual(server_log.early([refusal, request(0.3, 0.4, 429)]), 0)

    def test_retry_after_in_a_good_answer_is_no_demand(self):
        self.assertEqual(server_log.early([request(0.0, 0.1, 200, Retry_After="2"), request(1.0, 1.1, 200)]), 0)

    def test_nothing_remaining_forbids_until_the_reset_in_every_spelling(self):
        for fields in (
            {"RateLimit": "limit=30, remaining=0, reset=5"},
            {"RateLimit": '"30-in-5sec"; r=0; t=5'},
            {"RateLimit_Remaining": "0", "RateLimit_Reset": "5"},
            {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "5"},
        ):
            self.assertEqual(server_log.moment(request(9.0, 10.0, 200, **fields)), 15.0, fields)
        since_1970 = request(0.0, 1.8e9, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1800000003")
        self.assertEqual(server_log.moment(since_1970), 1800000003)
        self.assertIsNone(server_log.moment(request(9.0, 10.0, 200, RateLimit_Remaining="1", RateLimit_Reset="5")))

    def test_a_date_is_a_moment(self):
        refusal = request(0.0, 0.1, 429, Retry_After="Thu, 01 Jan 1970 00:00:07 GMT")
        self.assertEqual(server_log.moment(refusal), 7)


class Least(unittest.TestCase):
    def least(self, n, latency=0.0, slots=20, changes=(), **description):
        return models.least_seconds(description, n, latency, slots, changes)

    def test_a_bucket_is_emptied_at_its_rate(self):
        self.assertAlmostEqual(self.least(200, kind="bucket", rate=20, burst=5), 9.7, delta=0.02)

    def test_a_window_opens_when_the_one_before_has_ended(self):
        self.assertAlmostEqual(self.least(120, kind="window", limit=30, seconds=5), 15.0, delta=0.02)
        self.assertAlmostEqual(self.least(120, kind="window", limit=30, seconds=5, how="log"), 15.0, delta=0.02)

    def test_places_and_slots_bound_the_time_too(self):
        self.assertAlmostEqual(self.least(80, 0.5, kind="at-once", limit=8), 5.0)
        self.assertAlmostEqual(self.least(80, 0.5, kind="healthy"), 2.0)

    def test_a_limit_that_is_halved_takes_longer(self):
        # 16 places for a second, then eight: 160 and then 80 a second.
        self.assertAlmostEqual(self.least(240, 0.1, changes=[(1, 0.5)], kind="at-once", limit=16), 2.0)

    def test_two_rules_are_both_obeyed(self):
        first, second = {"kind": "bucket", "rate": 10, "burst": 0}, {"kind": "window", "limit": 20, "seconds": 10}
        self.assertAlmostEqual(self.least(21, kind="both", first=first, second=second), 10.0, delta=0.05)


if __name__ == "__main__":
    unittest.main()
