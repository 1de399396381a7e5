package io.loxodrome.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An array of unsigned bytes as the IDX format keeps it.
 *
 * <p>The format: two zero bytes, one byte for the element type (8: unsigned byte), one for the
 * number of extents, each extent as a 32-bit integer, most significant byte first, then the
 * elements, row-major.
 */
final class IdxFile {
  private static final int UNSIGNED_BYTE = 8;

  /** Largest array that every JVM can make. */
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final Path path;
  private final int[] extents;
  private final byte[] elements;

  private IdxFile(Path path, int[] extents, byte[] elements) {
    this.path = path;
    this.extents = extents;
    this.elements = elements;
  }

  /** Reads a whole file of {@code rank} extents; a name that ends in {@code .gz} is gzip. */
  static IdxFile read(Path path, int rank) throws IOException {
    try (DataFile file = DataFile.open(path)) {
      checkMagic(path, file.readInt("the magic number"), rank);
      int[] extents = new int[rank];
      for (int axis = 0; axis < rank; axis++) {
        extents[axis] = file.readInt("extent " + axis);
        checkExtent(path, axis, extents[axis]);
      }
      byte[] elements = file.readBytes(size(path, extents), product(extents) + " elements");
      file.expectEnd();
      return new IdxFile(path, extents, elements);
    }
  }

  /** The file this was read from. */
  Path path() {
    return path;
  }

  /** Length along an axis, at least 1. */
  int extent(int axis) {
    return extents[axis];
  }

  /** All elements, row-major; not a copy. */
  byte[] elements() {
    return elements;
  }

  /** Where an element lies in the file. */
  long offsetOf(int element) {
    return headerBytes(extents.length) + (long) element;
  }

  /** Where an extent lies in the file. */
  static int offsetOfExtent(int axis) {
    return headerBytes(axis);
  }

  private static int headerBytes(int rank) {
    return Integer.BYTES * (1 + rank);
  }

  private static void checkMagic(Path path, int magic, int rank) throws DatasetException {
    int expected = UNSIGNED_BYTE << 8 | rank;
    if (magic != expected) {
      throw new DatasetException(
          "%s has magic number 0x%08x at offset 0, expected 0x%08x for unsigned bytes in %d extents"
              .formatted(path, magic, expected, rank));
    }
  }

  private static void checkExtent(Path path, int axis, int extent) throws DatasetException {
    if (extent < 1) {
      throw new DatasetException(
          "%s has extent %d at offset %d, expected 1 or more"
              .formatted(path, extent, offsetOfExtent(axis)));
    }
  }

  private static int size(Path path, int[] extents) throws DatasetException {
    long size = 1;
    for (int extent : extents) {
      size *= extent;
      if (size > LARGEST_ARRAY) {
        throw new DatasetException(
            "%s declares %s elements from offset 4, expected at most %d in all"
                .formatted(path, product(extents), LARGEST_ARRAY));
      }
    }
    return (int) size;
  }

  private static String product(int[] extents) {
    return IntStream.of(extents).mapToObj(Integer::toString).collect(Collectors.joining(" x "));
  }
}
