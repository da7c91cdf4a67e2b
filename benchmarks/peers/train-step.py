"""Times steps of training ResNet-8 (width 16, 32x32 images, batch 128) in PyTorch: median of 30 after 10, in milliseconds.

    python benchmarks/peers/train-step.py [nchw|channels-last]
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F
from resnet8 import ResNet8

BATCH = 128
WARM_UP = 10
STEPS = 30


def main(layout):
    torch.manual_seed(0)
    net = ResNet8().train()
    assert sum(value.numel() for value in net.parameters()) == 78_042
    x = torch.randn(BATCH, 3, 32, 32)
    if layout == "channels-last":
        net = net.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (BATCH,))
    optimizer = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
    times = []
    for _ in range(WARM_UP + STEPS):
        began = time.perf_counter()
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
        times.append(1000 * (time.perf_counter() - began))
    print(statistics.median(times[WARM_UP:]))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "nchw")
