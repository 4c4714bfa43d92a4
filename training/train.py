"""Trains one run of the static model: `python -m training.train --esco FOLDER --cache FOLDER --out FILE --seed N`."""

import argparse
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # PyTorch's customary name
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.esco import Esco, load_esco
from training.losses import contrast, imitate
from training.minilm import MiniLM
from training.vocabulary import initial_vectors, make_tokenizer, pieces_of_teacher, words_of_esco

Pieces = NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """Settings of the training; README.md tells which made the model in the package.

    Attributes:
        pieces: Size of the vocabulary.
        dimensions: Length of a vector.
        steps: Updates of Adam.
        batch: Pairs of names in one step; the other losses take half of it.
        rate: Highest learning rate, after 100 steps; falls linearly to 2 %.
        name_temperature: Of the loss on names and descriptions.
        link_temperature: Of the loss on occupation–skill links and occupation groups.
        teacher_temperature: Of the neighbour distribution that is imitated.
        skill_share: Share of name batches that hold skills, the rest occupations.
        hard_share: Share of name batches made of neighbourhoods of similar concepts.
        drop: In half of the texts each piece is left out with twice this probability.
        spell: Share of texts in which ESCO's words are spelt with MiniLM's pieces.
        descriptions: Weight of name against description.
        links: Weight of occupation against skill.
        groups: Weight of occupation against occupation of the same unit group.
        teacher: Weight of imitating MiniLM.
        average: Decay of the running average of the weights, which is what is kept.
        rarity: See `initial_vectors`.
    """

    pieces: int = 30_500
    dimensions: int = 256
    steps: int = 1200
    batch: int = 1024
    rate: float = 0.002
    name_temperature: float = 0.15
    link_temperature: float = 0.1
    teacher_temperature: float = 0.05
    skill_share: float = 0.6
    hard_share: float = 0.5
    drop: float = 0.2
    spell: float = 0.1
    descriptions: float = 0.4
    links: float = 0.1
    groups: float = 0.03
    teacher: float = 1.0
    average: float = 0.998
    rarity: float = 1e-4


def teacher_vectors(texts: Sequence[str], cache: Path) -> NDArray[np.float32]:
    """Return MiniLM's vectors of the texts, kept in a folder between runs (about ten minutes on two cores)."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    file = cache / f"minilm-{digest}.npy"
    if not file.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"encoding {len(texts)} texts with MiniLM", flush=True)
        np.save(file, MiniLM().encode(texts).astype(np.float16))
    stored: NDArray[np.float16] = np.load(file)
    return stored.astype(np.float32)


class Trainer:
    """Holds the texts as pieces and the table that is learned."""

    def __init__(self, esco: Esco, cache: Path, recipe: Recipe, seed: int) -> None:
        self.esco, self.recipe = esco, recipe
        self.chance = np.random.default_rng(seed)
        known = pieces_of_teacher()
        words = words_of_esco(esco, set(known))
        pieces = [*known[: recipe.pieces - len(words)], *words]
        self.tokenizer = make_tokenizer(pieces)
        self.whole = self._pieces(self.tokenizer)
        self.spelt = self._pieces(make_tokenizer(pieces[: len(pieces) - len(words)]))
        used = np.bincount(np.concatenate(self._descriptions(self.whole)), minlength=len(pieces))
        alone = teacher_vectors([piece.removeprefix("##") for piece in pieces], cache)
        start = initial_vectors(alone, used, recipe.dimensions, recipe.rarity)
        self.unknown = pieces.index("[UNK]")
        start[self.unknown] = 0
        self.teacher = torch.from_numpy(teacher_vectors(esco.texts, cache))
        self.table = torch.nn.Parameter(torch.from_numpy(start))
        self.averaged = self.table.detach().clone()
        self.optimiser = torch.optim.Adam([self.table], lr=recipe.rate, fused=True)
        named = np.array([number for number, names in enumerate(esco.names_of) if len(names) > 1])
        self.named = [named[named < esco.skills], named[named >= esco.skills]]
        self.neighbours = np.empty(0, dtype=np.float32)

    def _pieces(self, tokenizer: Tokenizer) -> list[Pieces]:
        encoded = tokenizer.encode_batch_fast(self.esco.texts, add_special_tokens=False)
        return [np.array(entry.ids or [0], dtype=np.int64) for entry in encoded]

    def _descriptions(self, pieces: list[Pieces]) -> list[Pieces]:
        first = len(self.esco.names)
        return pieces[first : first + len(self.esco.descriptions)]

    def _disturbed(self, number: int) -> Pieces:
        """Return a text's pieces, some left out or spelt differently."""
        pieces = (self.spelt if self.chance.random() < self.recipe.spell else self.whole)[number]
        if len(pieces) > 2 and self.chance.random() < 0.5:
            kept = pieces[self.chance.random(len(pieces)) > 2 * self.recipe.drop]
            return kept if len(kept) else pieces
        return pieces

    def encode(self, numbers: Sequence[int] | NDArray[np.int64], *, disturb: bool = True) -> torch.Tensor:
        """Return one row of length 1 for each numbered text."""
        lists = [self._disturbed(number) if disturb else self.whole[number] for number in numbers]
        starts = torch.from_numpy(np.cumsum([0, *(len(entry) for entry in lists[:-1])]))
        summed = F.embedding_bag(torch.from_numpy(np.concatenate(lists)), self.table, starts, mode="sum")
        return F.normalize(summed, dim=1)

    def _concepts(self) -> NDArray[np.int64]:
        """Draw the concepts of a batch: at random, or seeds with their fifteen nearest concepts."""
        pool = self.named[0 if self.chance.random() < self.recipe.skill_share else 1]
        size = min(self.recipe.batch, len(pool))
        if self.chance.random() >= self.recipe.hard_share:
            return self.chance.choice(pool, size, replace=False)
        seeds = self.chance.choice(pool, size // 16, replace=False)
        similarity = self.neighbours[seeds] @ self.neighbours[pool].T
        return np.unique(pool[np.argpartition(-similarity, 16, axis=1)[:, :16]])

    def _pair(self, concept: int) -> tuple[int, int]:
        """Draw two names of a concept, in half of the cases its label and another one."""
        names = self.esco.names_of[concept]
        first = names.index(int(self.esco.label_of[concept])) if self.chance.random() < 0.5 else None
        if first is None:
            first = int(self.chance.integers(len(names)))
        second = (first + int(self.chance.integers(1, len(names)))) % len(names)
        return names[first], names[second]

    def name_loss(self) -> torch.Tensor:
        """Contrast two names of each concept."""
        concepts = self._concepts()
        left, right = zip(*(self._pair(concept) for concept in concepts), strict=True)
        return contrast(self.encode(left), self.encode(right), torch.from_numpy(concepts), self.recipe.name_temperature)

    def description_loss(self) -> torch.Tensor:
        """Contrast a name of each concept with its description."""
        concepts = self.chance.choice(len(self.esco.names_of), self.recipe.batch // 2, replace=False)
        choices = [self.esco.names_of[concept] for concept in concepts]
        names = [names[int(self.chance.integers(len(names)))] for names in choices]
        described = self.encode(concepts + len(self.esco.names))
        return contrast(self.encode(names), described, torch.from_numpy(concepts), self.recipe.name_temperature)

    def link_loss(self) -> torch.Tensor:
        """Contrast the labels of an occupation and a skill that it needs."""
        links = self.esco.links[self.chance.choice(len(self.esco.links), self.recipe.batch // 2, replace=False)]
        left, right = (self.encode(self.esco.label_of[links[:, side]]) for side in (0, 1))
        return contrast(left, right, torch.from_numpy(links[:, 0]), self.recipe.link_temperature)

    def group_loss(self) -> torch.Tensor:
        """Contrast the labels of two occupations of a unit group."""
        groups = self.chance.permutation(len(self.esco.groups))[: self.recipe.batch // 4]
        pairs = np.array([self.chance.choice(self.esco.groups[group], 2, replace=False) for group in groups])
        left, right = (self.encode(self.esco.label_of[pairs[:, side]]) for side in (0, 1))
        return contrast(left, right, torch.from_numpy(groups), self.recipe.link_temperature)

    def teacher_loss(self) -> torch.Tensor:
        """Imitate MiniLM's similarities, some of them among neighbouring texts."""
        total = len(self.esco.texts)
        size = self.recipe.batch // 2
        near = self.chance.integers(total - 4, size=size // 16)[:, None] + np.arange(4)
        numbers = np.unique(np.concatenate([self.chance.integers(total, size=size * 3 // 4), near.ravel()]))
        return imitate(self.encode(numbers, disturb=False), self.teacher[numbers], self.recipe.teacher_temperature)

    def step(self, number: int) -> float:
        """Make one update and return the loss; the lesser losses take turns with doubled weight."""
        recipe = self.recipe
        if number % 250 == 0:
            with torch.no_grad():
                self.neighbours = self.encode(self.esco.label_of, disturb=False).numpy()
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.rate * min(1.0, number / 100) * max(0.02, 1 - number / recipe.steps)
        loss = self.name_loss() + recipe.teacher * self.teacher_loss()
        if number % 2:
            loss = loss + 2 * recipe.links * self.link_loss() + 2 * recipe.groups * self.group_loss()
        else:
            loss = loss + 2 * recipe.descriptions * self.description_loss()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        with torch.no_grad():
            self.table[self.unknown] = 0
            self.averaged.lerp_(self.table, 1 - min(recipe.average, (1 + number) / (10 + number)))
        return float(loss.detach())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--esco", type=Path, required=True, help="folder of ESCO (skills.jsonl.gz and so on)")
    parser.add_argument("--cache", type=Path, required=True, help="folder where MiniLM's vectors are kept")
    parser.add_argument("--out", type=Path, required=True, help="the run's weights (.npy); its tokenizer goes beside")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    for name, value in vars(Recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    recipe = Recipe(**{name: getattr(arguments, name) for name in vars(Recipe())})
    trainer = Trainer(load_esco(arguments.esco), arguments.cache, recipe, arguments.seed)
    started = time.monotonic()
    for number in range(recipe.steps):
        loss = trainer.step(number)
        if number % 100 == 0:
            print(f"step {number}, loss {loss:.3f}, {time.monotonic() - started:.0f} s", flush=True)
    np.save(arguments.out, trainer.averaged.numpy())
    trainer.tokenizer.save(str(arguments.out.with_suffix(".json")))


if __name__ == "__main__":
    main()
