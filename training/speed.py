"""Prints the seconds that MiniLM in PyTorch takes to encode texts, without loading.

Reads a JSON list of texts. MiniLM reads 256 tokens at most: `--whole` encodes every text in as many windows as it
needs, without it all but the first 256 tokens of a text are dropped.
"""

import json
import sys
import time

from tokenizers import Tokenizer

from training.minilm import LONGEST_SEQUENCE, MiniLM


def windows(text: str, tokenizer: Tokenizer) -> list[str]:
    """Return the text in stretches that MiniLM reads whole; two tokens of each are its marks of start and end."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    size = LONGEST_SEQUENCE - 2
    return [text[part[0][0] : part[-1][1]] for part in (offsets[n : n + size] for n in range(0, len(offsets), size))]


def main() -> None:
    texts = json.load(sys.stdin)
    model = MiniLM()
    if "--whole" in sys.argv[1:]:
        model.tokenizer.no_truncation()
        texts = [window for text in texts for window in windows(text, model.tokenizer)]
        model.tokenizer.enable_truncation(LONGEST_SEQUENCE)
    model.encode(texts[:8])
    started = time.perf_counter()
    model.encode(texts)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
