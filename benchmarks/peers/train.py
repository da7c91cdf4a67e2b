"""Trains ResNet-8 in PyTorch as pare's recipe does; see ../train/torch.ts, which writes what is read here.

    python benchmarks/peers/train.py <folder>

The folder has train, validation and test as <split>.npy (uint8 [samples, height, width, channels]) and <split>-labels.npy,
and plan.json: seed, width, epochs, batch, rate, rising, decay, shift, mean and std of each channel. Tells epochs on
stderr, and prints as JSON the test accuracy of the epoch that was best on validation data.
"""

import copy
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from resnet8 import ResNet8


def read(folder, split, plan):
    images = torch.from_numpy(np.load(folder / f"{split}.npy")).permute(0, 3, 1, 2).float().div_(255)
    mean, std = (torch.tensor(plan[name]).view(1, 3, 1, 1) for name in ("mean", "std"))
    return images.sub_(mean).div_(std), torch.from_numpy(np.load(folder / f"{split}-labels.npy"))


def augmented(images, shift, random):
    """Mirrored or not, then moved by up to `shift` pixels each way, zeros moving in."""
    padded = F.pad(images, (shift,) * 4)
    height, width = images.shape[2:]
    out = torch.empty_like(images)
    for i, image in enumerate(padded):
        down, right = random.integers(0, 2 * shift + 1, 2)
        cut = image[:, down : down + height, right : right + width]
        out[i] = cut.flip(2) if random.random() < 0.5 else cut
    return out


@torch.no_grad()
def accuracy(net, images, labels):
    net.eval()
    right = sum(
        (net(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500), strict=True)
    )
    net.train()
    return right / len(labels)


def main(folder):
    plan = json.loads((folder / "plan.json").read_text())
    torch.manual_seed(plan["seed"])
    random = np.random.default_rng(plan["seed"])
    data = {split: read(folder, split, plan) for split in ("train", "validation", "test")}
    images, labels = data["train"]
    net = ResNet8(plan["width"]).to(memory_format=torch.channels_last).train()
    steps = len(labels) // plan["batch"]
    optimizer = torch.optim.SGD(net.parameters(), plan["rate"], momentum=0.9, nesterov=True, weight_decay=plan["decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan["rate"], total_steps=plan["epochs"] * steps, pct_start=plan["rising"]
    )
    best, kept = -1.0, None
    for epoch in range(plan["epochs"]):
        order = torch.from_numpy(random.permutation(len(labels)))[: steps * plan["batch"]]
        total = 0.0
        for chosen in order.split(plan["batch"]):
            x = augmented(images[chosen], plan["shift"], random).contiguous(memory_format=torch.channels_last)
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x), labels[chosen])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        validation = accuracy(net, *data["validation"])
        if validation > best:
            best, kept, at = validation, copy.deepcopy(net.state_dict()), epoch + 1
        print(f"epoch {epoch + 1}: loss {total / steps:.3f}, validation {validation:.4f}", file=sys.stderr)
    net.load_state_dict(kept)
    print(json.dumps({"best": at, "validation": best, "test": accuracy(net, *data["test"])}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
