#!/usr/bin/env python3
"""Times one training step of the paper's CNN on an ellipse in JAX, compiled with jit.

    python3 native-build/gpu-peers/jax_step.py [--tf32] [--steps 20] [--rounds 30]

The same step as io.loxodrome.bench.CudaStep: images 3 x 32 x 32, B = 128, coefficients from s, every layer as n = 3
stacked products mixed at its pre-activations, momentum SGD with G^-1 = diag(1, 2, 2). Parameters and velocities are
donated, so that a step updates them in place. One line of JSON per layout of the images: milliseconds per step, the
median and the quartiles of rounds of steps, and the loss before the first step and after the last.
"""
import argparse
import json
import math
import statistics
import time

import jax
import jax.numpy as jnp
import numpy

BATCH = 128
BASIS = 3
CHANNELS = (32, 64, 128)
HIDDEN = 512
CLASSES = 10
LEARNING_RATE = 0.01 / 3  # by the supremum of the ellipse's k, as in the benchmark in Java
MOMENTUM = 0.9
METRIC = (1.0, 2.0, 2.0)

# Where the channels stand, and how lax names the layouts of images, filters and results.
LAYOUTS = {"NCHW": (1, ("NCHW", "OIHW", "NCHW")), "NHWC": (3, ("NHWC", "HWIO", "NHWC"))}


def initial_parameters():
    """Pairs of weights, n x (shape of a layer), and biases, n x outputs; variance He's on the first basis point."""
    random = numpy.random.default_rng(1)
    shapes = []
    inputs = 3
    for outputs in CHANNELS:
        shapes.append((outputs, inputs, 3, 3))
        inputs = outputs
    shapes += [(HIDDEN, inputs * 4 * 4), (CLASSES, HIDDEN)]
    parameters = []
    for shape in shapes:
        weights = math.sqrt(2 / math.prod(shape[1:])) * random.standard_normal((BASIS, *shape))
        weights[1:] *= 0.3
        parameters.append((jnp.asarray(weights, jnp.float32), jnp.zeros((BASIS, shape[0]))))
    return parameters


def coefficients(s):
    angle = 2 * math.pi * s
    return jnp.stack([jnp.ones_like(s), jnp.cos(angle), jnp.sin(angle)], axis=1)


def mixed_images(x, weights, biases, a, layout):
    axis, names = LAYOUTS[layout]
    filters = weights.reshape(-1, *weights.shape[2:])
    if layout == "NHWC":
        filters = filters.transpose(2, 3, 1, 0)
    stacked = jax.lax.conv_general_dilated(x, filters, (1, 1), "SAME", dimension_numbers=names)
    shape = [1] * 4
    shape[axis] = -1
    stacked = stacked + biases.reshape(shape)
    split = stacked.reshape(*stacked.shape[:axis], BASIS, -1, *stacked.shape[axis + 1 :])
    factors = [1] * 5
    factors[0], factors[axis] = a.shape
    return (split * a.reshape(factors)).sum(axis)


def pooled(x, layout):
    window = (1, 1, 2, 2) if layout == "NCHW" else (1, 2, 2, 1)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")


def mixed_rows(x, weights, biases, a):
    stacked = jnp.einsum("bi,noi->bno", x, weights) + biases
    return jnp.einsum("bno,bn->bo", stacked, a)


def loss_of(parameters, images, s, labels, layout):
    a = coefficients(s)
    x = images
    for weights, biases in parameters[: len(CHANNELS)]:
        x = pooled(jax.nn.relu(mixed_images(x, weights, biases, a, layout)), layout)
    x = x.reshape(BATCH, -1)
    hidden, output = parameters[len(CHANNELS) :]
    x = jax.nn.relu(mixed_rows(x, *hidden, a))
    logits = jax.nn.log_softmax(mixed_rows(x, *output, a))
    return -jnp.take_along_axis(logits, labels[:, None], axis=1).mean()


def rescaled(gradient):
    return gradient * jnp.asarray(METRIC).reshape(-1, *[1] * (gradient.ndim - 1))


def step(parameters, velocities, images, s, labels, layout):
    loss, gradients = jax.value_and_grad(loss_of)(parameters, images, s, labels, layout)
    velocities = jax.tree.map(lambda v, g: MOMENTUM * v + rescaled(g), velocities, gradients)
    parameters = jax.tree.map(lambda p, v: p - LEARNING_RATE * v, parameters, velocities)
    return parameters, velocities, loss


def measure(layout, steps, rounds):
    random = numpy.random.default_rng(2)
    images = jnp.asarray(random.standard_normal((BATCH, 3, 32, 32)), jnp.float32)
    if layout == "NHWC":
        images = images.transpose(0, 2, 3, 1)
    labels = jnp.arange(BATCH) % CLASSES
    s = jnp.asarray(random.random(BATCH), jnp.float32)
    parameters = initial_parameters()
    velocities = jax.tree.map(jnp.zeros_like, parameters)
    compiled = jax.jit(step, static_argnames="layout", donate_argnums=(0, 1))
    parameters, velocities, first = compiled(parameters, velocities, images, s, labels, layout=layout)
    milliseconds = []
    for round_number in range(rounds + 3):
        jax.block_until_ready(parameters)
        start = time.perf_counter()
        for _ in range(steps):
            parameters, velocities, loss = compiled(parameters, velocities, images, s, labels, layout=layout)
        jax.block_until_ready(parameters)
        if round_number >= 3:
            milliseconds.append((time.perf_counter() - start) * 1e3 / steps)
    quartiles = statistics.quantiles(milliseconds, n=4)
    return {
        "ms": statistics.median(milliseconds),
        "quartiles": [quartiles[0], quartiles[2]],
        "first_loss": float(first),
        "last_loss": float(loss),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    jax.config.update("jax_default_matmul_precision", "tensorfloat32" if arguments.tf32 else "float32")
    for layout in LAYOUTS:
        print(
            json.dumps(
                {
                    "peer": "jax " + jax.__version__,
                    "device": jax.devices()[0].device_kind,
                    "way": "jit",
                    "layout": layout,
                    "tf32": arguments.tf32,
                    **measure(layout, arguments.steps, arguments.rounds),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
