package io.loxodrome.ops.cpu;

/**
 * Images, or gradients of weights, that stand in a layout of oneDNN's, one after another, from one
 * operator to the next.
 *
 * <p>Whoever wants them row-major has it undone; see {@link NativeMemory#floats}.
 *
 * @param layout of one image
 * @param plain the same, row-major, no smaller
 * @param images how many
 */
record Arrangement(Workers workers, Layout layout, Layout plain, int images) {
  /** Makes the images row-major, where they are. */
  void undo(NativeBlock block) {
    Reorder.Key key = new Reorder.Key(layout, plain);
    workers.slices(
        images,
        1,
        (worker, from, to) -> {
          Reorder reorder = worker.kernels(key, Reorder.class, k -> new Reorder(worker, k));
          float[] image = worker.scratch(0, plain.elements());
          try (Workspace straight = worker.workspace(plain.bytes())) {
            for (int i = from; i < to; i++) {
              reorder.run(block.address() + i * layout.bytes(), straight.address());
              straight.block().get(0, image, 0, plain.elements());
              block.put((long) i * plain.elements(), image, 0, plain.elements());
            }
          }
        });
  }
}
