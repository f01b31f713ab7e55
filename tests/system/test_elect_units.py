"""Elected markets of tools/launch.py without a node: their options, what is made of the peers'
reports, and what scenarios judge."""

import contextlib
import io
import os
import sys
import tempfile
import unittest
from types import SimpleNamespace

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from souk_launch import decided, elections, faults, scenarios, verdict
from souk_launch import market as markets
from souk_launch import options as command_line
from souk_launch import peers
from souk_launch.scheduler import Scheduler

SOUK = ["--souk", "/bin/true"]  # any program will do: it is not started here


def parsed(*arguments):
    return command_line.parse([*SOUK, *arguments])


def market(*arguments):
    return markets.market_of(parsed("--elect", "--seed", "1", *arguments))


def kinds(built):
    return [peers.kind(peer) for peer in built["peers"]]


class Options(unittest.TestCase):
    def refused(self, *arguments):
        stderr = io.StringIO()
        with contextlib.redirect_stderr(stderr), self.assertRaises(SystemExit) as ended:
            parsed(*arguments)
        self.assertEqual(ended.exception.code, 2, arguments)
        return stderr.getvalue()

    def test_roles_are_given_or_half_and_half(self):
        for flags, buyers, sellers in (
                ([], 3, 3), (["--peers", "5"], 3, 2), (["--peers", "1"], 1, 0),
                (["--peers", "7", "--buyers", "2"], 2, 5), (["--buyers", "2"], 2, 4),
                (["--peers", "7", "--sellers", "2"], 5, 2),
                (["--buyers", "1", "--sellers", "2"], 1, 2),
                (["--buyers", "9"], 9, 1)):
            self.assertEqual(kinds(market(*flags)), ["buyer"] * buyers + ["seller"] * sellers,
                             flags)

    def test_random_roles_come_from_the_seed_and_make_a_market(self):
        def draw(seed):
            return kinds(market("--peers", "6", "--roles", "random", "--seed", str(seed)))

        drawn = [draw(seed) for seed in range(40)]
        self.assertEqual(drawn[7], draw(7))
        self.assertGreater(len(set(map(tuple, drawn))), 10)
        for roles in drawn:
            self.assertEqual(set(roles), {"buyer", "seller"})

    def test_what_does_not_fit_together_is_refused(self):
        for flags, said in (
                (["--peers", "6"], "--peers: is for elected markets; say --elect"),
                (["--sick-at", "6@1s"], "--sick-at: is for elected markets"),
                (["--elect", "--traders", "2"], "the peers elect them; say --seats"),
                (["--elect", "--peers", "6", "--buyers", "2", "--sellers", "3"],
                 "--peers: 6 peers cannot be 2 buyers and 3 sellers"),
                (["--elect", "--peers", "2", "--buyers", "3"], "2 peers cannot be 3 buyers"),
                (["--elect", "--buyers", "60", "--sellers", "5"], "1 to 64 peers, not 65"),
                (["--elect", "--roles", "random", "--buyers", "3"], "leave out --buyers"),
                (["--elect", "--topology", "market.json"], "the market of --topology is settled"),
                (["--elect", "--peers", "65"], "from 1 to 64"),
                (["--elect", "--seats", "0"], "--seats: 0 is out of bounds")):
            self.assertIn(said, self.refused(*flags), flags)

    def test_what_is_no_value_is_refused_with_one_that_would_do(self):
        for flag, value, said in (
                ("--sick-chance", "1.5", "write 0.1% or 0.001"),
                ("--sick-chance", "101%", "write 0.1% or 0.001"),
                ("--sick-chance", "0.00001%", "write 0.1% or 0.001"),
                ("--sick-at", "6", "write peer-6@5s"), ("--sick-at", "trader-6@5s", "is no peer"),
                ("--sick-at", "6@5", "is no time"), ("--sick-from-start", "0", "is no peer"),
                ("--sick-from-start", "4,", "is no peer"), ("--reclaim", "yes", "on or off"),
                ("--on-sick", "die", "drain")):
            self.assertIn(said, self.refused("--elect", f"{flag}={value}"), (flag, value))

    def test_a_market_that_cannot_be_is_refused(self):
        for flags, said in (
                (["--mode", "cached"], "sold in sync"), (["--product", "salt=escrow"], "sync"),
                (["--peers", "3", "--seats", "4"], "3 peers cannot hold 4 seats"),
                (["--sick-at", "7@1s"], "--sick-at: there is no peer 7"),
                (["--sick-from-start", "9"], "--sick-from-start: there is no peer 9")):
            with self.assertRaises(markets.MarketError) as raised:
                market(*flags)
            self.assertIn(said, str(raised.exception))

    def test_sickness_and_elections_stand_in_the_topology(self):
        built = market("--peers", "4", "--seats", "2", "--sick-chance", "0.1%", "--on-sick",
                       "handover", "--recover-after", "10s", "--reclaim", "off", "--sick-at",
                       "peer-2@5s", "--sick-from-start", "highest,1", "--ping-every", "50ms")
        self.assertEqual(built["election"], {
            "seats": 2, "sick_per_million": 1000, "on_sick": "handover", "reclaim": False,
            "recover_after_us": 10_000_000, "ping_every_us": 50_000})
        self.assertEqual([peer.get("sick_at_us") for peer in built["peers"]],
                         [None, 5_000_000, None, None])
        self.assertEqual([peer.get("sick_from_start", False) for peer in built["peers"]],
                         [True, False, False, True])
        self.assertEqual((built["traders"], built["buyers"], built["sellers"]), ([], [], []))
        fast = markets.scaled(built, 10.0)
        self.assertEqual(fast["election"]["recover_after_us"], 1_000_000)
        self.assertEqual(fast["peers"][1]["sick_at_us"], 500_000)
        self.assertEqual(fast["election"]["ping_every_us"], 50_000)

    def test_peers_know_each_others_ports_before_they_begin(self):
        built = market("--peers", "5")
        markets.put_endpoints(built, "tcp", "/tmp")
        places = [peer[key] for peer in built["peers"] for key in ("router", "pub")]
        self.assertEqual(len(set(places)), 10)
        for place in places:
            self.assertRegex(place, r"^tcp://127\.0\.0\.1:[1-9][0-9]+$")

    def test_a_peer_that_is_started_again_uses_numbers_of_its_own(self):
        self.assertEqual([peers.first_number(life) for life in (1, 2, 3)],
                         [1, 1_000_001, 2_000_001])

    def test_a_fault_may_hit_whoever_leads(self):
        names = markets.names_of(market("--peers", "2"))
        faults.check([faults.parse("kill:trader@1s"), faults.parse("restart:peer-2@1s")], names,
                     None)
        with self.assertRaises(faults.FaultError):
            faults.check([faults.parse("kill:peer-3@1s")], names, None)


class Heard(unittest.TestCase):
    """What becomes of the peers' reports. Moments are seconds after the market opened."""

    def setUp(self):
        self.heard = elections.Elections(market("--peers", "4", "--orders", "5"))

    def say(self, now, node, event, /, **told):
        node = SimpleNamespace(id=node, role="peer")
        self.heard.hear(now, node, {"event": event, **told})

    def elect(self, now, peer, term, stood=(1,), why="silent", of=0):
        for one in stood:
            self.say(now, one, "election", news="stands", term=term - 1, why=why, peer=of)
        self.say(now + 0.1, peer, "election", news="serves", term=term, peer=peer, took_us=4100,
                 messages=9)

    def told(self):
        return elections.report(self.heard, [], 0.0, 1.0)

    def test_an_election_is_from_who_stood_to_who_serves(self):
        self.say(1.0, 1, "election", news="stands", term=0, why="start", peer=0)
        self.say(1.0, 1, "election", news="answered", term=0, peer=4)
        self.elect(1.0, 4, 1, stood=(2,))
        self.say(1.2, 1, "election", news="follows", term=1, peer=4)
        told = self.told()
        self.assertEqual(len(told["elections"]), 1)
        one = told["elections"][0]
        self.assertEqual((one["at_ms"], one["until_ms"], one["term"], one["leader"]),
                         (1000.0, 1100.0, 1, 4))
        self.assertEqual([entry["peer"] for entry in one["stood"]], [1, 2])
        self.assertEqual((one["answered"], one["took_ms"], one["messages"]), ([4], 4.1, 9))
        self.assertEqual(told["terms"], [{"term": 1, "leader": 4}])
        self.assertEqual(elections.sentence(one),
                         "1.0 s: peers 1 and 2 stood, for there was no leader; 4 answered; peer 4 "
                         "leads in term 1, after 4.1 ms and 9 messages of its own")

    def test_who_tells_late_that_it_stood_did_so_before(self):
        self.elect(1.0, 4, 1)
        self.say(1.2, 3, "election", news="stands", term=0, why="start", peer=0)
        self.assertEqual(len(self.told()["elections"]), 1)
        self.elect(2.0, 3, 2, stood=(3,), of=4)
        self.assertEqual([one["leader"] for one in self.told()["elections"]], [4, 3])

    def test_peers_that_are_asked_while_somebody_leads_need_nobody_new(self):
        self.elect(1.0, 4, 1)
        self.say(1.1, 3, "election", news="stands", term=1, why="asked", peer=2)
        self.say(1.11, 4, "resigned", count=0)
        self.elect(1.12, 3, 2, why="resigned", of=4)
        self.say(2.2, 3, "election", news="stands", term=2, why="asked", peer=1)
        told = self.told()["elections"]
        self.assertEqual([(one["leader"], one["stayed"]) for one in told],
                         [(4, None), (None, 4), (3, None), (None, 3)])
        self.assertEqual(elections.sentence(told[1]),
                         "1.1 s: peer 3 stood, for 2 had asked; peer 4 went on to lead")

    def test_two_leaders_of_one_term_are_noticed(self):
        self.elect(1.0, 4, 1)
        self.assertEqual(self.told()["two_leaders_in_terms"], [])
        self.say(1.2, 2, "election", news="follows", term=1, peer=3)
        told = self.told()
        self.assertEqual(told["two_leaders_in_terms"], [1])
        self.assertFalse(verdict.one_leader_a_term({"elected": told}).holds)

    def test_it_knows_who_leads_now(self):
        self.assertIsNone(self.heard.leader())
        self.elect(1.0, 4, 1)
        self.assertEqual(self.heard.leader(), 4)
        self.say(2.0, 4, "resigned", count=0)
        self.assertIsNone(self.heard.leader())
        self.elect(2.0, 3, 2)
        self.heard.forget(3)
        self.assertIsNone(self.heard.leader())

    def test_buyers_are_finished_when_none_can_want_more(self):
        def finished():
            return self.heard.finished([1, 2])

        self.assertFalse(finished(), "nothing was told yet")
        self.say(1.0, 1, "progress", state="client", content=True)
        self.say(1.0, 2, "progress", state="client", content=False)
        self.assertFalse(finished())
        for state, holds in (("trader", True), ("leaving", True), ("sick", True)):
            self.say(1.0, 2, "progress", state=state, content=False)
            self.assertEqual(finished(), holds, state)
        self.heard.recovers = True
        self.assertFalse(finished(), "it will be well again")
        self.heard.recovers, self.heard.endless = False, True
        self.assertFalse(finished(), "some want for ever")

    def test_sickness_and_handovers_are_kept(self):
        self.say(1.0, 4, "sick")
        self.say(1.1, 4, "resigned", count=3)
        self.say(1.2, 4, "handed", peer=3, count=3)
        self.say(2.0, 4, "well")
        told = self.told()
        self.assertEqual(told["handed"], [{"peer": 4, "at_ms": 1200.0, "to": 3, "count": 3}])
        self.assertEqual([len(told[what]) for what in ("sick", "resigned", "well", "unseated")],
                         [1, 1, 1, 0])
        self.assertIn("1.2 s: peer 4 handed 3 requests to peer 3", elections.sentences(told))

    def test_a_leader_that_is_killed_is_missed_by_those_who_stand(self):
        class Process:
            killed = False

            def poll(self):
                return None

            def kill(self):
                self.killed = True

        leader = SimpleNamespace(id=4, role="peer", does="seller", name="peer-4",
                                 process=Process(), doomed=False, ready=None)
        fleet = SimpleNamespace(nodes=[leader], listener=None)
        scheduler = Scheduler([faults.parse("kill:trader@1s")], fleet, 1.0, True, None,
                              lambda text: None, self.heard)
        scheduler.begin(0.0)
        scheduler.step(1.0)
        happening = scheduler.happenings[0]
        self.assertIsNone(happening.at, "nobody was elected yet")
        self.elect(1.0, 4, 1)
        scheduler.step(1.5)
        self.assertEqual((happening.at, happening.name), (1.5, "peer-4"))
        self.assertTrue(leader.process.killed)
        other = SimpleNamespace(id=3, role="peer", does="buyer", ready_at=0.0)
        for now, told in ((2.0, {"event": "election", "news": "stands"}),
                          (2.1, {"event": "election", "news": "serves"}),
                          (2.2, {"event": "recovered", "moved": 1}),
                          (2.9, {"event": "recovered", "moved": 2})):
            scheduler.hear(now, other, told)
        self.assertEqual((happening.detected, happening.taken_over, happening.answered),
                         (2.0, 2.1, 2.2))


class Scenarios(unittest.TestCase):
    def test_all_of_them_can_be_set_up(self):
        self.assertEqual(len(scenarios.chosen(["all"])), len(scenarios.SCENARIOS))
        for name, flags in scenarios.chosen(["all"]):
            built = markets.market_of(parsed(*flags))
            self.assertTrue(peers.elected(built), name)
            faults.check(parsed(*flags).fault, markets.names_of(built), None)

    def test_a_number_is_for_those_that_take_one(self):
        self.assertIn("12", scenarios.chosen(["normal", "12"])[0][1])
        for words, said in ((["happy", "3"], "happy takes no '3'"), (["never"], "is not known"),
                            (["normal", "x"], "normal takes one number"),
                            (["all", "3"], "all takes no '3'")):
            with self.assertRaises(scenarios.ScenarioError) as raised:
                scenarios.chosen(words)
            self.assertIn(said, str(raised.exception))

    def test_other_flags_go_over_its_settings(self):
        words, times, rest = scenarios.asked(["--scenario", "happy", "--times", "3", "--orders",
                                              "7"])
        self.assertEqual((words, times), (["happy"], 3))
        options = parsed(*scenarios.chosen(words)[0][1], *rest)
        self.assertEqual(options.orders, 7)
        for arguments in (["--times", "3"], ["--scenario", "happy", "--times", "0"],
                          ["--scenario", "happy", "--times", "x"], ["--scenario"]):
            with self.assertRaises(scenarios.ScenarioError):
                scenarios.asked(arguments)
        self.assertEqual(scenarios.asked(["--seed", "1"]), (None, 1, ["--seed", "1"]))

    def test_each_check_sees_what_is_wrong(self):
        elected = {"peers": 4, "sick_from_start": [4], "terms": [{"term": 1, "leader": 3}],
                   "two_leaders_in_terms": [], "sick": [], "well": [], "sellers_that_sold": 2,
                   "elections": [], "messages": 9, "messages_of_bully": 16}
        good = {"elected": elected, "open": 0, "gave_up": 0, "failed": 0, "lost": 0, "doubled": 0,
                "requests": 5, "refused": 5, "sold_units": 3, "spent_cents": 1500,
                "earned_cents": 1200, "commission_cents": 300}
        for check, change in (
                (verdict.answered_once, {"gave_up": 1}), (verdict.answered_once, {"lost": 1}),
                (verdict.answered_once, {"lost": None}),
                (verdict.highest_elected, {"elected": {**elected, "sick_from_start": []}}),
                (verdict.one_election, {"elected": {**elected, "terms": []}}),
                (verdict.no_sick_leader_from_start, {"elected": {**elected, "terms": [
                    {"term": 1, "leader": 4}]}}),
                (verdict.all_refused, {"refused": 4}), (verdict.all_refused, {"requests": 0}),
                (verdict.sold_some, {"sold_units": 0}),
                (verdict.commission_paid, {"commission_cents": 301}),
                (verdict.commission_paid, {"earned_cents": 1500, "commission_cents": 0}),
                (verdict.all_sellers_sold, {"elected": {**elected, "sellers_that_sold": 1}})):
            self.assertTrue(check(good).holds, check.__name__)
            self.assertFalse(check({**good, **change}).holds, (check.__name__, change))


class Decided(unittest.TestCase):
    """What traders' logs tell of the order in which requests were decided."""

    IN_ORDER = ["16:00:01.000 buyer 2 asks for 1 salt (order 7)",
                "16:00:01.001 batch 3, by lamport clock: 812 buyer 1 order 7, 812 buyer 2 order 9",
                "16:00:01.001 batch 3 goes on, by lamport clock: 815 seller 4 asks after lot 1",
                "16:00:01.002 batch 4, by lamport clock: 803 buyer 1 order 8"]
    TURNED = "16:00:01.003 batch 5, by lamport clock: 830 buyer 1 order 9, 829 buyer 2 order 10"

    def report(self, *lines, order_by="lamport"):
        with tempfile.NamedTemporaryFile("w", suffix=".log", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
            file.flush()
            nodes = [SimpleNamespace(role=role, log=file.name) for role in ("peer", "warehouse")]
            return decided.report(nodes, order_by).get("decided")

    def test_batches_are_read_with_what_goes_on_behind_them(self):
        told = self.report(*self.IN_ORDER)
        self.assertEqual([told[key] for key in ("batches", "requests", "with_several_buyers",
                                                "out_of_order")], [2, 4, 1, 0])
        self.assertEqual(told["shown"], [self.IN_ORDER[1]])

    def test_a_batch_in_another_order_is_found_and_shown(self):
        told = self.report(*self.IN_ORDER, self.TURNED)
        self.assertEqual((told["out_of_order"], told["shown"]), (1, [self.TURNED]))
        self.assertFalse(verdict.decided_by_clock({"decided": told}).holds)

    def test_of_equal_clocks_the_lower_node_comes_first(self):
        line = self.IN_ORDER[1].replace("buyer 1", "buyer 3")
        self.assertEqual(self.report(line)["out_of_order"], 1)

    def test_a_batch_that_was_sent_again_counts_once(self):
        again = [line.replace("01.00", "01.50") for line in self.IN_ORDER]
        self.assertEqual(self.report(*self.IN_ORDER, *again)["batches"], 2)

    def test_a_market_that_goes_by_arrival_has_no_such_part(self):
        self.assertIsNone(self.report(*self.IN_ORDER, order_by="arrival"))
        self.assertIsNone(self.report(*self.IN_ORDER, order_by="vector")["out_of_order"])

    def test_a_verdict_wants_both_buyers_in_a_batch(self):
        for lines, holds in ((self.IN_ORDER, True), (self.IN_ORDER[3:], False)):
            told = {"decided": self.report(*lines)}
            self.assertIs(verdict.buyers_met(told).holds, holds)
        self.assertFalse(verdict.decided_by_clock({"decided": self.report("nothing")}).holds)


if __name__ == "__main__":
    unittest.main()
