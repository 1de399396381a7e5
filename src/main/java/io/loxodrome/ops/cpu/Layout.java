package io.loxodrome.ops.cpu;

import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * Extents, strides and blocking of a single-precision array, as oneDNN describes them.
 *
 * <p>A description is a few hundred bytes and is never freed: there are some per kind of layer.
 */
final class Layout {
  private final dnnl_memory_desc descriptor;
  private final long bytes;

  Layout(dnnl_memory_desc descriptor) {
    this.descriptor = descriptor;
    this.bytes = dnnl.dnnl_memory_desc_get_size(descriptor);
  }

  /** Row-major and contiguous. */
  static Layout plain(long... extents) {
    long[] strides = new long[extents.length];
    long stride = 1;
    for (int i = extents.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= extents[i];
    }
    return strided(extents, strides);
  }

  /** With the given distance between neighbours along each extent, in elements. */
  static Layout strided(long[] extents, long[] strides) {
    dnnl_memory_desc descriptor = new dnnl_memory_desc();
    OneDnn.check(
        dnnl.dnnl_memory_desc_create_with_strides(
            descriptor, extents.length, extents, dnnl.dnnl_f32, strides),
        "describe an array of " + Arrays.toString(extents));
    return new Layout(descriptor);
  }

  /** Left for a primitive to choose. */
  static Layout any(long... extents) {
    dnnl_memory_desc descriptor = new dnnl_memory_desc();
    OneDnn.check(
        dnnl.dnnl_memory_desc_create_with_tag(
            descriptor, extents.length, extents, dnnl.dnnl_f32, dnnl.dnnl_format_tag_any),
        "describe an array of " + Arrays.toString(extents));
    return new Layout(descriptor);
  }

  dnnl_memory_desc descriptor() {
    return descriptor;
  }

  /** Bytes, padding of blocks included. */
  long bytes() {
    return bytes;
  }

  /** Elements, padding of blocks included. */
  int elements() {
    return Math.toIntExact(bytes / Float.BYTES);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout layout
        && bytes == layout.bytes
        && dnnl.dnnl_memory_desc_equal(descriptor, layout.descriptor) != 0;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bytes);
  }
}
