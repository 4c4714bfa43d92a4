"""Writes MiniLM as ONNX for the embedder `minilm:FOLDER`: `python -m training.export_onnx FOLDER`.

Needs two more packages: onnx and onnxscript.
"""

import shutil
import sys
from pathlib import Path

import torch

from training.minilm import MiniLM, weights_folder


class Encoder(torch.nn.Module):
    """MiniLM with the inputs that ONNX encoders of its family have."""

    def __init__(self) -> None:
        super().__init__()
        self.model = MiniLM()

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return the last hidden states."""
        return self.model.hidden(input_ids, attention_mask)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("Usage: python -m training.export_onnx FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows, tokens = torch.export.Dim("rows"), torch.export.Dim("tokens", max=256)
    # two tensors: the exporter takes one that is given twice for a single input
    ids, mask = torch.ones(2, 7, dtype=torch.long), torch.ones(2, 7, dtype=torch.long)
    torch.onnx.export(
        Encoder().eval(),
        (ids, mask),
        folder / "model.onnx",
        input_names=["input_ids", "attention_mask"],
        output_names=["last_hidden_state"],
        dynamic_shapes={"input_ids": {0: rows, 1: tokens}, "attention_mask": {0: rows, 1: tokens}},
        dynamo=True,
        external_data=False,
    )
    shutil.copyfile(weights_folder() / "tokenizer.json", folder / "tokenizer.json")


if __name__ == "__main__":
    main()
