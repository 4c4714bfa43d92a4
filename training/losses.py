"""What the static model is trained towards."""

import torch
import torch.nn.functional as F  # noqa: N812  # PyTorch's customary name

IMPOSSIBLE = -1e4


def contrast(left: torch.Tensor, right: torch.Tensor, concepts: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return the symmetric InfoNCE loss (van den Oord et al. 2018) of row-wise pairs.

    Rows of the same concept are no negatives of each other.
    """
    logits = left @ right.T / temperature
    same = concepts[:, None] == concepts[None]
    same.fill_diagonal_(fill_value=False)
    logits = logits.masked_fill(same, IMPOSSIBLE)
    target = torch.arange(len(left))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def imitate(student: torch.Tensor, teacher: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return how far the student's similarities are from the teacher's: squared error and divergence of neighbours."""
    found, wanted = student @ student.T, teacher @ teacher.T
    diagonal = torch.eye(len(student), dtype=torch.bool)
    squared = ((found - wanted)[~diagonal] ** 2).mean()
    found_log = F.log_softmax((found / temperature).masked_fill(diagonal, IMPOSSIBLE), dim=1)
    wanted_log = F.log_softmax((wanted / temperature).masked_fill(diagonal, IMPOSSIBLE), dim=1)
    divergence = F.kl_div(found_log, wanted_log, reduction="batchmean", log_target=True)
    return 10 * squared + 0.2 * divergence
