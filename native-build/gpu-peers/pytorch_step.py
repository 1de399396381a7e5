#!/usr/bin/env python3
"""Times one training step of the paper's CNN on an ellipse in PyTorch.

    python3 native-build/gpu-peers/pytorch_step.py [--device cuda] [--tf32] [--steps 20] [--rounds 30]

The same step as io.loxodrome.bench.CudaStep: images 3 x 32 x 32, B = 128, coefficients from s, every layer as n = 3
stacked products mixed at its pre-activations, momentum SGD with G^-1 = diag(1, 2, 2). Everything is on the device
before the clock starts, and the loss stays there. One line of JSON per way to run it: milliseconds per step, the
median and the quartiles of rounds of steps, and the loss before the first step and after the last.
"""
import argparse
import json
import math
import statistics
import time

import torch
import torch.nn.functional as F

BATCH = 128
BASIS = 3
CHANNELS = (32, 64, 128)
HIDDEN = 512
CLASSES = 10
LEARNING_RATE = 0.01 / 3  # by the supremum of the ellipse's k, as in the benchmark in Java
MOMENTUM = 0.9
METRIC = (1.0, 2.0, 2.0)


def initial_parameters(device, memory_format):
    """Pairs of weights, n x (shape of a layer), and biases, n x outputs; variance He's on the first basis point."""
    generator = torch.Generator().manual_seed(1)
    shapes = []
    inputs = 3
    for outputs in CHANNELS:
        shapes.append((outputs, inputs, 3, 3))
        inputs = outputs
    shapes += [(HIDDEN, inputs * 4 * 4), (CLASSES, HIDDEN)]
    parameters = []
    for shape in shapes:
        deviation = math.sqrt(2 / math.prod(shape[1:]))
        weights = deviation * torch.randn((BASIS, *shape), generator=generator)
        weights[1:] *= 0.3
        weights = weights.flatten(0, 1)
        if len(shape) == 4:
            weights = weights.to(memory_format=memory_format)
        parameters += [weights.to(device), torch.zeros(BASIS * shape[0]).to(device)]
    return [parameter.requires_grad_() for parameter in parameters]


def coefficients(s):
    angle = 2 * math.pi * s
    return torch.stack([torch.ones_like(s), torch.cos(angle), torch.sin(angle)], dim=1)


def mixed(stacked, a):
    """B x (n O) x ... mixed to B x O x ..."""
    outputs = stacked.unflatten(1, (BASIS, -1))
    return (outputs * a.reshape(*a.shape, *[1] * (outputs.dim() - 2))).sum(1)


def loss_of(parameters, images, s, labels):
    a = coefficients(s)
    x = images
    pairs = list(zip(parameters[::2], parameters[1::2]))
    for weights, biases in pairs[: len(CHANNELS)]:
        x = F.max_pool2d(F.relu(mixed(F.conv2d(x, weights, biases, padding=1), a)), 2)
    x = x.flatten(1)
    (hidden, hidden_bias), (output, output_bias) = pairs[len(CHANNELS) :]
    x = F.relu(mixed(F.linear(x, hidden, hidden_bias), a))
    return F.cross_entropy(mixed(F.linear(x, output, output_bias), a), labels)


def metric_of(parameter):
    """G^-1's diagonal, an entry for each row of a stacked parameter."""
    rows = torch.tensor(METRIC).repeat_interleave(parameter.shape[0] // BASIS)
    return rows.reshape(-1, *[1] * (parameter.dim() - 1)).to(parameter.device)


class Training:
    def __init__(self, device, memory_format):
        generator = torch.Generator().manual_seed(2)
        images = torch.randn((BATCH, 3, 32, 32), generator=generator)
        self.images = images.to(memory_format=memory_format).to(device)
        self.labels = (torch.arange(BATCH) % CLASSES).to(device)
        self.s = torch.rand(BATCH, generator=generator).to(device)
        self.parameters = initial_parameters(device, memory_format)
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.metrics = [metric_of(parameter) for parameter in self.parameters]

    def step(self):
        loss = loss_of(self.parameters, self.images, self.s, self.labels)
        gradients = torch.autograd.grad(loss, self.parameters)
        with torch.no_grad():
            steps = [gradient * metric for gradient, metric in zip(gradients, self.metrics)]
            torch._foreach_mul_(self.velocities, MOMENTUM)
            torch._foreach_add_(self.velocities, steps)
            torch._foreach_add_(self.parameters, self.velocities, alpha=-LEARNING_RATE)
        return loss.detach()


def graphed(step):
    """The step as a CUDA graph, captured on a stream of its own after a few steps there."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()

    def replay():
        graph.replay()
        return loss

    return replay


def compiled(step):
    return torch.compile(step)


def compiled_and_graphed(step):
    return graphed(compiled(step))


WAYS = {
    "eager": lambda step: step,
    "compiled": compiled,
    "graph": graphed,
    "compiled graph": compiled_and_graphed,
}


def measure(step, steps, rounds, synchronize):
    first = float(step())
    for _ in range(3 * steps):
        loss = step()
    synchronize()
    milliseconds = []
    for _ in range(rounds):
        synchronize()
        start = time.perf_counter()
        for _ in range(steps):
            loss = step()
        synchronize()
        milliseconds.append((time.perf_counter() - start) * 1e3 / steps)
    quartiles = statistics.quantiles(milliseconds, n=4)
    return {
        "ms": statistics.median(milliseconds),
        "quartiles": [quartiles[0], quartiles[2]],
        "first_loss": first,
        "last_loss": float(loss),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    arguments = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = arguments.tf32
    torch.backends.cudnn.allow_tf32 = arguments.tf32
    torch.backends.cudnn.benchmark = True
    on_gpu = arguments.device.startswith("cuda")
    name = torch.cuda.get_device_name() if on_gpu else "cpu"
    for layout in ("contiguous_format", "channels_last"):
        for way in arguments.ways:
            training = Training(arguments.device, getattr(torch, layout))
            synchronize = torch.cuda.synchronize if on_gpu else (lambda: None)
            result = measure(WAYS[way](training.step), arguments.steps, arguments.rounds, synchronize)
            print(
                json.dumps(
                    {
                        "peer": "pytorch " + torch.__version__,
                        "device": name,
                        "way": way,
                        "layout": layout,
                        "tf32": arguments.tf32,
                        **result,
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
