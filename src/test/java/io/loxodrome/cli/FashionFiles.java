package io.loxodrome.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** The four files of a Fashion-MNIST of 30 and 12 noisy pictures of 8 x 8, in three classes. */
final class FashionFiles {
  static final int TRAIN = 30;
  static final int TEST = 12;
  static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  static final String TRAIN_LABELS = "train-labels-idx1-ubyte";

  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;
  private static final int SIDE = 8;

  private FashionFiles() {}

  static Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve(TRAIN_IMAGES), images(TRAIN));
    Files.write(folder.resolve(TRAIN_LABELS), labels(TRAIN));
    Files.write(folder.resolve("t10k-images-idx3-ubyte"), images(TEST));
    Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(TEST));
    return folder;
  }

  /** Class c lights the rows from 2 c to 2 c + 3. */
  static byte[] images(int count) {
    ByteBuffer file = ByteBuffer.allocate(16 + count * SIDE * SIDE);
    file.putInt(IMAGES_MAGIC).putInt(count).putInt(SIDE).putInt(SIDE);
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      for (int p = 0; p < SIDE * SIDE; p++) {
        int row = p / SIDE - 2 * (i % 3);
        file.put((byte) ((row >= 0 && row < 4 ? 150 : 0) + random.nextInt(100)));
      }
    }
    return file.array();
  }

  static byte[] labels(int count) {
    ByteBuffer file = ByteBuffer.allocate(8 + count);
    file.putInt(LABELS_MAGIC).putInt(count);
    for (int i = 0; i < count; i++) {
      file.put((byte) (i % 3));
    }
    return file.array();
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(content);
    }
    return compressed.toByteArray();
  }
}
