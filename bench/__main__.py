"""Run every benchmark and print each figure beside its floor: `python -m bench [NAME…]`."""

import importlib
import sys
import time

from bench.figures import data_folder, print_figures

BENCHMARKS = {
    "embeddings": "Titles and skills by the local embedder",
    "matching": "Jobs and resumes",
    "resumes": "Fields read from resumes",
    "documents": "Text read from files",
    "screening": "The command `screen`",
    "startup": "Start",
    "retrieval": "Matching against 100,000 stored resumes",
    "lists": "A list over the API",
    "imports": "Imports of tables and resumes",
    "public_jobs": "The public list of jobs",
    "trust": "Other people's rows and personal data",
    "refresh": "Refresh tokens under parallel use",
    "schema": "The API against its description",
    "applies": "Public applications while the worker is killed",
    "faults": "An import while everything is killed",
}
LONG = {"scale": "Lists, filters and searches at 1,000,000 candidates in 200 organizations"}
"""Run only where they are named: filling the database takes longer than all the others."""


def main(names: list[str]) -> int:
    """Run the named benchmarks, by default all.

    Args:
        names: Keys of `BENCHMARKS` or `LONG`.

    Returns:
        0 when every floor is reached, else 1; 2 for an unknown name.
    """
    known = BENCHMARKS | LONG
    unknown = set(names) - known.keys()
    if unknown:
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    data_folder()
    complete = True
    for name in names or BENCHMARKS:
        started = time.monotonic()
        print(f"\n{known[name]}", flush=True)
        complete &= print_figures(importlib.import_module(f"bench.{name}").run())
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
    for name in LONG.keys() - set(names):
        print(f"\nNot run, for it takes about 20 minutes: {LONG[name]}. `python -m bench {name}`")
    print("\nEvery floor is reached." if complete else "\nSome figures are short of their floor.")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
