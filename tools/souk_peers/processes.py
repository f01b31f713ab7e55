"""Programs: started so that they end with us, run to their end, stopped."""

import os
import subprocess
import time

from souk_launch.nodes import popen

READY_S = 60.0   # a server that has to read what it wrote takes its time
STOP_S = 60.0
RUN_S = 1800.0
LOOK_S = 0.02
LINES = 8


class Failure(Exception):
    """What went wrong, for people."""


def last_words(text):
    return "\n".join("    " + line for line in text.strip().splitlines()[-LINES:])


def run(command, **more):
    """Runs the command to its end and returns its stdout; it is killed when we are interrupted."""
    try:
        process = popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    except OSError as error:
        raise Failure(f"{command[0]}: {error.strerror}") from None
    try:
        out, err = process.communicate(timeout=RUN_S)
    except subprocess.TimeoutExpired:
        raise Failure(f"{os.path.basename(command[0])}: no end in {RUN_S:.0f} s") from None
    finally:
        stop_by_terminating(process)
    if process.returncode != 0:
        raise Failure(f"{' '.join(command[:2])} ended with {process.returncode}:\n"
                      + last_words(err or out))
    return out


def stop_by_terminating(process):
    """Asks first, so that it can stop what it has started itself."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


class Server:
    """A server in the folder, its log in there too. `at_once` is the signal that ends it as a crash
    would, and yet leaves nothing in the system."""

    def __init__(self, command, folder, is_ready, at_once, **more):
        self.at_once = at_once
        self.log = os.path.join(folder, "server.log")
        with open(self.log, "ab") as log:
            try:
                self.process = popen(command, stdout=log, stderr=log, cwd=folder, **more)
            except OSError as error:
                raise Failure(f"{command[0]}: {error.strerror}") from None
        try:
            self._wait_for(is_ready)
        except BaseException:
            self.stop(at_once)
            raise

    def _wait_for(self, is_ready):
        end = time.monotonic() + READY_S
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    raise Failure(f"{self.process.args[0]} does not serve:\n"
                                  + last_words(log.read()))
            time.sleep(LOOK_S)

    def stop(self, number):
        """By this signal, and waits for the end; what does not stop in time is killed."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def succeeds(command):
    """Whether the command ends with status 0."""
    process = popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(READY_S) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        stop_by_terminating(process)
