package io.loxodrome.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads Fashion-MNIST, grey pictures of clothes in 10 classes, from its four IDX files, each plain
 * or with {@code .gz} after its name; where there are both, the plain one is read.
 */
public final class FashionMnist {
  /** The name it is found by. */
  public static final String NAME = "fashion-mnist";

  private static final int CLASSES = 10;
  private static final String TRAIN = "train";
  private static final String TEST = "t10k";
  private static final String IMAGES = "-images-idx3-ubyte";
  private static final String LABELS = "-labels-idx1-ubyte";

  private FashionMnist() {}

  /** Whether a folder holds at least one of the four files. */
  public static boolean isIn(Path folder) {
    return Files.exists(file(folder, TRAIN + IMAGES))
        || Files.exists(file(folder, TRAIN + LABELS))
        || Files.exists(file(folder, TEST + IMAGES))
        || Files.exists(file(folder, TEST + LABELS));
  }

  /**
   * Reads all four files of a folder.
   *
   * @throws DatasetException if a file is missing, broken or does not fit the others
   */
  public static Dataset load(Path folder) throws IOException {
    IdxFile trainImages = IdxFile.read(file(folder, TRAIN + IMAGES), 3);
    IdxFile testImages = IdxFile.read(file(folder, TEST + IMAGES), 3);
    checkSameExtent(testImages, trainImages, 1);
    checkSameExtent(testImages, trainImages, 2);
    ImageSet train = imageSet(NAME + " train", trainImages, file(folder, TRAIN + LABELS));
    ImageSet test = imageSet(NAME + " test", testImages, file(folder, TEST + LABELS));
    return Dataset.of(NAME, train, test);
  }

  private static Path file(Path folder, String name) {
    Path plain = folder.resolve(name);
    Path compressed = folder.resolve(name + ".gz");
    return Files.exists(compressed) && !Files.exists(plain) ? compressed : plain;
  }

  private static ImageSet imageSet(String name, IdxFile images, Path labelFile) throws IOException {
    IdxFile labels = IdxFile.read(labelFile, 1);
    checkSameExtent(labels, images, 0);
    return new ImageSet(
        name,
        1,
        images.extent(1),
        images.extent(2),
        CLASSES,
        images.elements(),
        checkedLabels(labels));
  }

  private static void checkSameExtent(IdxFile file, IdxFile other, int axis)
      throws DatasetException {
    if (file.extent(axis) != other.extent(axis)) {
      throw new DatasetException(
          "%s has extent %d at offset %d, expected %d as in %s"
              .formatted(
                  file.path(),
                  file.extent(axis),
                  IdxFile.offsetOfExtent(axis),
                  other.extent(axis),
                  other.path()));
    }
  }

  private static int[] checkedLabels(IdxFile file) throws DatasetException {
    int[] labels = new int[file.extent(0)];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = file.elements()[i] & 0xFF;
      if (labels[i] >= CLASSES) {
        throw new DatasetException(
            "%s has label %d for image %d at offset %d, expected 0 to %d"
                .formatted(file.path(), labels[i], i, file.offsetOf(i), CLASSES - 1));
      }
    }
    return labels;
  }
}
