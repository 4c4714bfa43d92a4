"""Reads a JSON list of texts and prints the seconds that MiniLM in PyTorch takes to encode them, without loading."""

import json
import sys
import time

from training.minilm import MiniLM


def main() -> None:
    texts = json.load(sys.stdin)
    model = MiniLM()
    model.encode(texts[:8])
    started = time.perf_counter()
    model.encode(texts)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
