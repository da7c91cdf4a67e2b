"""Records ten steps of training a small network in PyTorch, for test/train-traces.test.ts to repeat in ONNX Runtime.

    pip install torch numpy          # the CPU build is enough
    python benchmarks/peers/record-traces.py test/fixtures/traces

Writes network.json (initial parameters, batches, labels, a teacher's logits) and a file for each case: the learning rate
and the loss of every step, and parameters, running statistics and averages after the last one.
"""

import copy
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

STEPS = 10
BATCH = 8
CLASSES = 5


def network():
    torch.manual_seed(7)
    net = nn.Sequential()
    # No biases before norms: their gradient is 0 but for rounding, of which Adam makes whole steps.
    net.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
    net.norm1 = nn.BatchNorm2d(4)
    net.conv2 = nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False)
    net.norm2 = nn.BatchNorm2d(6)
    net.linear = nn.Linear(6, CLASSES)
    with torch.no_grad():
        for name, value in net.named_parameters():
            if "norm" in name:
                value.add_(0.1 * torch.randn_like(value))
    return net


def forward(net, x):
    x = F.relu(net.norm1(net.conv1(x)))
    x = F.relu(net.norm2(net.conv2(x)))
    return net.linear(x.mean(dim=(2, 3)))


def values(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def state(net):
    return {name: values(value) for name, value in net.state_dict().items() if "num_batches" not in name}


def decay_groups(net, rate):
    weights = [value for value in net.parameters() if value.dim() > 1]
    others = [value for value in net.parameters() if value.dim() <= 1]
    return [{"params": weights, "weight_decay": rate}, {"params": others, "weight_decay": 0.0}]


def cosine(step, rate):
    return rate * 0.5 * (1 + torch.cos(torch.tensor(torch.pi * step / STEPS)).item())


CASES = {
    "sgd": dict(rate=0.1, make=lambda p, net: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=5e-4)),
    "nesterov": dict(rate=0.1, make=lambda p, net: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)),
    "decay-weights": dict(rate=0.1, make=lambda p, net: torch.optim.SGD(decay_groups(net, 0.05), 0.1, momentum=0.9, nesterov=True)),
    "adam": dict(rate=0.01, make=lambda p, net: torch.optim.Adam(p, 0.01, weight_decay=0.01)),
    "adamw": dict(rate=0.01, make=lambda p, net: torch.optim.AdamW(p, 0.01, weight_decay=0.1)),
    "clip": dict(rate=0.1, clip=0.5, make=lambda p, net: torch.optim.SGD(p, 0.1, momentum=0.9)),
    "smoothing": dict(rate=0.1, smoothing=0.1, make=lambda p, net: torch.optim.SGD(p, 0.1, momentum=0.9)),
    "average": dict(rate=0.1, average=0.9, make=lambda p, net: torch.optim.SGD(p, 0.1, momentum=0.9)),
    "accumulate": dict(rate=0.1, accumulate=2, make=lambda p, net: torch.optim.AdamW(p, 0.1, weight_decay=0.01)),
    "distill": dict(rate=0.1, temperature=4.0, weight=0.7, make=lambda p, net: torch.optim.SGD(p, 0.1, momentum=0.9)),
}


def run(case, batches, labels, teacher):
    net = network().train()
    optimizer = case["make"](list(net.parameters()), net)
    average = copy.deepcopy(net) if "average" in case else None
    accumulate = case.get("accumulate", 1)
    rates, losses, norms = [], [], []
    for step in range(STEPS):
        rates.append(cosine(step, case["rate"]))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        turn = step % len(batches)
        logits = forward(net, batches[turn])
        loss = F.cross_entropy(logits, labels[turn], label_smoothing=case.get("smoothing", 0.0))
        if "temperature" in case:
            t, alpha = case["temperature"], case["weight"]
            taught = F.kl_div(F.log_softmax(logits / t, 1), F.softmax(teacher[turn] / t, 1), reduction="batchmean")
            loss = alpha * t * t * taught + (1 - alpha) * loss
        losses.append(loss.item())
        (loss / accumulate).backward()
        if (step + 1) % accumulate != 0:
            continue
        norms.append(nn.utils.clip_grad_norm_(net.parameters(), case.get("clip", 1e9)).item())
        optimizer.step()
        optimizer.zero_grad()
        if average is not None:
            with torch.no_grad():
                for slow, fast in zip(average.parameters(), net.parameters()):
                    slow.mul_(case["average"]).add_(fast, alpha=1 - case["average"])
    record = {"rates": rates, "losses": losses, "norms": norms, "after": state(net)}
    if average is not None:
        record["average"] = {name: values(value) for name, value in average.named_parameters()}
    return record


def main(folder):
    torch.manual_seed(1)
    batches = torch.randn(3, BATCH, 3, 5, 5)
    labels = torch.randint(0, CLASSES, (3, BATCH))
    teacher = 3 * torch.randn(3, BATCH, CLASSES)
    before = network()
    shapes = {name: list(value.shape) for name, value in before.state_dict().items() if "num_batches" not in name}
    data = {"batches": [values(x) for x in batches], "labels": labels.tolist(), "teacher": [values(x) for x in teacher]}
    write(folder / "network.json", {"torch": torch.__version__, "shapes": shapes, "before": state(before), **data})
    for name, case in CASES.items():
        write(folder / f"{name}.json", run(case, batches, labels, teacher))


def write(path, record):
    path.write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
