package io.loxodrome.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes small data sets in their real formats, byte by byte from the formats' definitions. */
final class SmallFiles {
  static final int IMAGES_MAGIC = 0x803;
  static final int LABELS_MAGIC = 0x801;
  static final int RECORD = 3073;

  private SmallFiles() {}

  /**
   * Four plain IDX files: 3 training images and 2 test images of 2 x 4, labels 0, 1, 9 and 8, 2.
   */
  static void writeFashion(Path folder) throws IOException {
    Files.write(folder.resolve("train-images-idx3-ubyte"), images(3, 2, 4, 1));
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(0, 1, 9));
    Files.write(folder.resolve("t10k-images-idx3-ubyte"), images(2, 2, 4, 201));
    Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(8, 2));
  }

  /**
   * Six CIFAR files; file f (1..6) holds f records, pixel p of which is (f + record + p) mod 256.
   */
  static void writeCifar(Path folder) throws IOException {
    for (int file = 1; file <= 5; file++) {
      Files.write(folder.resolve("data_batch_" + file + ".bin"), records(file, file));
    }
    Files.write(folder.resolve("test_batch.bin"), records(6, 6));
  }

  /** An IDX file of images whose pixels count up from {@code first}, modulo 256. */
  static byte[] images(int count, int height, int width, int first) {
    byte[] pixels = new byte[count * height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (first + i);
    }
    return idx(IMAGES_MAGIC, new int[] {count, height, width}, pixels);
  }

  static byte[] labels(int... labels) {
    byte[] bytes = new byte[labels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) labels[i];
    }
    return idx(LABELS_MAGIC, new int[] {labels.length}, bytes);
  }

  static byte[] idx(int magic, int[] extents, byte[] elements) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * extents.length + elements.length);
    file.putInt(magic);
    for (int extent : extents) {
      file.putInt(extent);
    }
    return file.put(elements).array();
  }

  /** CIFAR records; the label of record r is (file + r) mod 10. */
  static byte[] records(int file, int count) {
    byte[] bytes = new byte[count * RECORD];
    for (int record = 0; record < count; record++) {
      bytes[record * RECORD] = (byte) ((file + record) % 10);
      for (int pixel = 0; pixel < RECORD - 1; pixel++) {
        bytes[record * RECORD + 1 + pixel] = (byte) (file + record + pixel);
      }
    }
    return bytes;
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(content);
    }
    return compressed.toByteArray();
  }
}
