package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

/** Copies an array from one layout to another, on one worker. */
final class Reorder implements AutoCloseable {
  private final Primitive primitive;

  /** Its key among compiled kernels. */
  record Key(Layout from, Layout to) {}

  Reorder(Worker worker, Key key) {
    primitive =
        Primitive.compile(
            worker, Description.reorder(key.from(), key.to()), DNNL_ARG_FROM, DNNL_ARG_TO);
  }

  /** Copies one array on the first worker. */
  static void once(Workers workers, Layout from, long source, Layout to, long target) {
    Key key = new Key(from, to);
    workers.slices(
        1,
        1,
        (worker, first, end) ->
            worker.kernels(key, Reorder.class, k -> new Reorder(worker, k)).run(source, target));
  }

  void run(long source, long target) {
    primitive.bind(DNNL_ARG_FROM, source).bind(DNNL_ARG_TO, target).run();
  }

  @Override
  public void close() {
    primitive.close();
  }
}
