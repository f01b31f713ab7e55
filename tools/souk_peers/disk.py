"""The disk that all of them write to."""

import os
import time
from statistics import median

WRITES = 200
BYTES = 512
IN_MEMORY = ("tmpfs", "ramfs")


def file_system(folder):
    """Its type, as the kernel names it; "unknown" where that cannot be read."""
    place, best = os.path.realpath(folder), ("", "unknown")
    try:
        with open("/proc/mounts", encoding="utf-8") as mounts:
            for line in mounts:
                _, mount, kind = line.split()[:3]
                inside = mount == "/" or place == mount or place.startswith(mount + "/")
                if inside and len(mount) >= len(best[0]):
                    best = (mount, kind)
    except OSError:
        pass
    return best[1]


def fsync_us(folder):
    """The median time that a small append takes to be on the disk."""
    path = os.path.join(folder, "fsync")
    times = []
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            for _ in range(WRITES):
                begun = time.perf_counter()
                os.write(file, bytes(BYTES))
                os.fdatasync(file)
                times.append((time.perf_counter() - begun) * 1e6)
        finally:
            os.close(file)
    finally:
        os.unlink(path)
    return round(median(times), 1)
