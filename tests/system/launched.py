"""Markets that tools/launch.py runs for tests, in a temporary folder, with everything ended when
the test is. The program is that of $SOUK, or build/souk."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAUNCH = os.path.join(ROOT, "tools", "launch.py")
SOUK = os.path.abspath(os.environ.get("SOUK") or os.path.join(ROOT, "build", "souk"))
BOUND_S = 60.0  # a test that waits longer has failed
FOREVER = ["--duration", "1h"]  # until the test ends it


def processes_of(folder):
    """{pid: arguments} of the nodes that run in this folder."""
    found = {}
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                arguments = os.fsdecode(file.read()).split("\0")
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                state = file.read().rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue
        if entry.isdigit() and state != "Z" and any(
                argument.startswith(folder + "/") for argument in arguments):
            found[int(entry)] = arguments
    return found


class Launch(unittest.TestCase):
    def setUp(self):
        self.assertTrue(os.access(SOUK, os.X_OK), f"{SOUK} is not built")
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.holder = holder.name
        self.folder = os.path.join(self.holder, "run")
        self.addCleanup(self.end_what_is_left)

    def end_what_is_left(self):
        for pid in processes_of(self.folder):
            os.kill(pid, signal.SIGKILL)

    def command(self, *flags):
        return [sys.executable, LAUNCH, "--souk", SOUK, "--run-dir", self.folder, "--seed", "1",
                *flags]

    def run_market(self, *flags, status=0):
        """The summary of a market that ends by itself, with this status or one of these."""
        ended = subprocess.run(self.command("--summary", "-", *flags), capture_output=True,
                               text=True, check=False, timeout=BOUND_S)
        statuses = status if isinstance(status, tuple) else (status,)
        self.assertIn(ended.returncode, statuses, ended.stderr + ended.stdout)
        self.assertEqual(processes_of(self.folder), {}, "no process is left behind")
        return json.loads(ended.stdout)

    def open_market(self, *flags):
        """A launcher whose market is open."""
        process = subprocess.Popen(self.command("--summary", "-", *flags), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        said = []
        for line in process.stderr:
            said.append(line)
            if "the market is open" in line:
                return process
        self.fail("not opened: " + "".join(said))

    def close_market(self, process, status):
        """(summary, stderr) of a launcher that is about to end."""
        stdout, stderr = process.communicate(timeout=BOUND_S)
        self.assertEqual(process.returncode, status, stderr + stdout)
        self.assertEqual(processes_of(self.folder), {}, "no process is left behind")
        return json.loads(stdout), stderr

    def pid_of(self, role, number=None):
        for pid, arguments in processes_of(self.folder).items():
            if arguments[1] == role and (number is None or str(number) in arguments):
                return pid
        return self.fail(f"{role} {number} does not run")

    def assert_sound(self, summary):
        self.assertTrue(summary["conserved"], summary)
        self.assertEqual(summary["problems"], [])
        self.assertEqual(summary["books_differ"], [])
        self.assertTrue(summary["books_agree"])
        self.assertEqual(summary["died"], [])
        self.assertEqual((summary["lost"], summary["doubled"]), (0, 0), summary["orders_differ"])
        self.assertEqual(summary["restocked_units"],
                         summary["sold_units"] + summary["left_units"])
        self.assertEqual(summary["spent_cents"],
                         summary["earned_cents"] + summary["commission_cents"])
