"""How long a person waits: `talentflux --help`, and `talentflux up` until it is ready."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, print_figures

COMMAND = Path(sys.executable).with_name("talentflux")


def help_seconds(runs: int = 7) -> float:
    """Return the median wall time of `talentflux --help` in seconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def up_seconds(folder: Path) -> float:
    """Return the seconds from `talentflux up` to its line that it is ready, with the data in `folder`."""
    environment = os.environ | {"TALENTFLUX_DATA_FOLDER": str(folder), "TALENTFLUX_PORT": "0"}
    started = time.perf_counter()
    with subprocess.Popen([COMMAND, "up"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = next((line for line in process.stdout if "ready" in line), "")
        waited = time.perf_counter() - started
        process.send_signal(signal.SIGINT)
        process.wait(30)
    if not line:
        raise SystemExit("`talentflux up` ended before it was ready; run it by hand to see why.")
    return waited


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="talentflux-bench-") as folder:
        Path(folder).chmod(0o755)  # the database server runs as another user when this runs as root
        first = up_seconds(Path(folder) / "data")
        warm = statistics.median(up_seconds(Path(folder) / "data") for _ in range(3))
    return [
        Figure("talentflux --help, median of 7", help_seconds(), 0.3, higher_is_better=False, unit=" s"),
        Figure("talentflux up to ready, data folder there", warm, 4.0, higher_is_better=False, unit=" s"),
        Figure("talentflux up to ready, first start with migrations", first, None, higher_is_better=False, unit=" s"),
    ]


if __name__ == "__main__":
    print_figures(run())
