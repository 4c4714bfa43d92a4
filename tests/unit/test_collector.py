"""The collector of garbage in a serving process: what was imported is left alone, what comes later is not."""

import subprocess
import sys

SCRIPT = """
import gc, weakref
from talentflux.utils import collector

class Node:
    pass

collector.settle()
frozen, node = gc.get_freeze_count(), Node()
node.itself, seen = node, weakref.ref(node)
del node
made = [[] for _ in range(200_000)]
print(frozen > 1000, seen() is None)
"""


def test_what_was_imported_is_left_alone_and_later_garbage_is_collected() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["True", "True"]
