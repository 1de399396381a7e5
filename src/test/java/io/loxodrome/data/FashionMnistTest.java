package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";

  private Path folder;

  @BeforeEach
  void writeFiles(@TempDir Path temporary) throws IOException {
    folder = temporary;
    SmallFiles.writeFashion(folder);
  }

  @Test
  void plainFilesAreReadInOrder() throws IOException {
    assertIsTheSmallDataset(FashionMnist.load(folder));
  }

  @Test
  void compressedFilesAreReadTheSame() throws IOException {
    compressAll();
    assertIsTheSmallDataset(FashionMnist.load(folder));
  }

  @Test
  void plainAndCompressedFilesMayBeMixed() throws IOException {
    compress(TEST_IMAGES);
    assertIsTheSmallDataset(FashionMnist.load(folder));
  }

  @Test
  void imagesBeyondTheFirstAllocationAreReadWhole() throws IOException {
    byte[] pixels = new byte[3 * 1000 * 1100];
    new Random(5).nextBytes(pixels);
    byte[] train = SmallFiles.idx(SmallFiles.IMAGES_MAGIC, new int[] {3, 1000, 1100}, pixels);
    byte[] test = SmallFiles.images(2, 1000, 1100, 0);
    write(TRAIN_IMAGES, train);
    write(TEST_IMAGES, test);
    assertThat(FashionMnist.load(folder).train().pixels()).isEqualTo(pixels);
    compressAll();
    assertThat(FashionMnist.load(folder).train().pixels()).isEqualTo(pixels);
  }

  @Test
  void aFolderIsKnownByAnyOfItsFiles() throws IOException {
    assertThat(FashionMnist.isIn(folder)).isTrue();
    compress(TRAIN_LABELS);
    for (String name : new String[] {TRAIN_IMAGES, TEST_IMAGES, "t10k-labels-idx1-ubyte"}) {
      Files.delete(folder.resolve(name));
    }
    assertThat(FashionMnist.isIn(folder)).isTrue();
    Files.delete(folder.resolve(TRAIN_LABELS + ".gz"));
    assertThat(FashionMnist.isIn(folder)).isFalse();
  }

  @Test
  void missingFileIsNamed() throws IOException {
    Files.delete(folder.resolve(TRAIN_LABELS));
    assertRefused(folder.resolve(TRAIN_LABELS) + " is missing");
  }

  @Test
  void truncatedPlainFileIsRefused() throws IOException {
    write(TRAIN_IMAGES, Arrays.copyOf(SmallFiles.images(3, 2, 4, 1), 16 + 23));
    assertRefused(
        folder.resolve(TRAIN_IMAGES)
            + " is truncated: 3 x 2 x 4 elements from offset 16 should take 24 bytes, found 23");
  }

  @Test
  void truncatedHeaderIsRefused() throws IOException {
    write(TRAIN_LABELS, Arrays.copyOf(SmallFiles.labels(0, 1, 9), 6));
    assertRefused(
        folder.resolve(TRAIN_LABELS)
            + " is truncated: extent 0 from offset 4 should take 4 bytes, found 2");
  }

  @Test
  void emptyFileIsRefused() throws IOException {
    write(TRAIN_IMAGES, new byte[0]);
    assertRefused(
        folder.resolve(TRAIN_IMAGES)
            + " is truncated: the magic number from offset 0 should take 4 bytes, found 0");
  }

  @Test
  void truncatedGzipIsRefusedWhereverItBreaksOff() throws IOException {
    Path file = compress(TRAIN_IMAGES);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> FashionMnist.load(folder))
          .isInstanceOf(DatasetException.class)
          .hasMessageStartingWith(file + " is truncated: ");
    }
  }

  @Test
  void truncatedGzipNamesTheUncompressedOffset() throws IOException {
    byte[] noise = new byte[20_000];
    new Random(1).nextBytes(noise);
    byte[] content = SmallFiles.idx(SmallFiles.IMAGES_MAGIC, new int[] {5, 40, 100}, noise);
    Path file = folder.resolve(TRAIN_IMAGES + ".gz");
    Files.delete(folder.resolve(TRAIN_IMAGES));
    Files.write(file, Arrays.copyOf(SmallFiles.gzip(content), 10_000));
    assertThatThrownBy(() -> FashionMnist.load(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessageMatching(
            "\\Q%s\\E is truncated: 5 x 40 x 100 elements from uncompressed offset 16"
                    .formatted(file)
                + " should take 20000 bytes, found [1-9]\\d{3}");
  }

  @Test
  void gzipCutWithinItsTrailerIsRefused() throws IOException {
    Path file = compress(TRAIN_IMAGES);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 3));
    assertRefused(
        file + " is truncated: it ends within the gzip trailer after uncompressed offset 40");
  }

  @Test
  void gzipOfAnotherChecksumIsRefused() throws IOException {
    Path file = compress(TRAIN_IMAGES);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 8] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> FashionMnist.load(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(file + " is not valid gzip at uncompressed offset 40: ");
  }

  @Test
  void plainContentUnderAGzipNameIsRefused() throws IOException {
    Files.move(folder.resolve(TRAIN_IMAGES), folder.resolve(TRAIN_IMAGES + ".gz"));
    assertThatThrownBy(() -> FashionMnist.load(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(
            folder.resolve(TRAIN_IMAGES + ".gz") + " is not valid gzip at uncompressed offset 0: ");
  }

  @Test
  void wrongMagicIsRefused() throws IOException {
    write(TRAIN_IMAGES, SmallFiles.labels(0, 1, 9));
    assertRefused(
        folder.resolve(TRAIN_IMAGES)
            + " has magic number 0x00000801 at offset 0, expected 0x00000803 for unsigned bytes in"
            + " 3 extents");
  }

  @Test
  void negativeExtentIsRefused() throws IOException {
    writeTrainImages(3, -2, 4);
    assertRefused(folder.resolve(TRAIN_IMAGES) + " has extent -2 at offset 8, expected 1 or more");
  }

  @Test
  void zeroExtentIsRefused() throws IOException {
    writeTrainImages(0, 2, 4);
    assertRefused(folder.resolve(TRAIN_IMAGES) + " has extent 0 at offset 4, expected 1 or more");
  }

  @Test
  void extentsLargerThanTheFileAreRefusedWithoutBelievingThem() throws IOException {
    writeTrainImages(3, 20_000, 30_000);
    assertRefused(
        folder.resolve(TRAIN_IMAGES)
            + " is truncated: 3 x 20000 x 30000 elements from offset 16 should take 1800000000"
            + " bytes, found 24");
  }

  @Test
  void extentsLargerThanAnyArrayAreRefused() throws IOException {
    writeTrainImages(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertRefused(
        folder.resolve(TRAIN_IMAGES)
            + " declares 2147483647 x 2147483647 x 2147483647 elements from offset 4, expected at"
            + " most 2147483639 in all");
  }

  @Test
  void labelsThatAreNotAsManyAsImagesAreRefused() throws IOException {
    write(TRAIN_LABELS, SmallFiles.labels(0, 1));
    assertRefused(
        folder.resolve(TRAIN_LABELS)
            + " has extent 2 at offset 4, expected 3 as in "
            + folder.resolve(TRAIN_IMAGES));
  }

  @Test
  void testImagesOfAnotherShapeAreRefused() throws IOException {
    write(TEST_IMAGES, SmallFiles.images(2, 2, 5, 0));
    assertRefused(
        folder.resolve(TEST_IMAGES)
            + " has extent 5 at offset 12, expected 4 as in "
            + folder.resolve(TRAIN_IMAGES));
    write(TEST_IMAGES, SmallFiles.images(2, 3, 4, 0));
    assertRefused(
        folder.resolve(TEST_IMAGES)
            + " has extent 3 at offset 8, expected 2 as in "
            + folder.resolve(TRAIN_IMAGES));
  }

  @Test
  void labelOutOfRangeIsNamedWithItsImage() throws IOException {
    write(TRAIN_LABELS, SmallFiles.labels(0, 10, 9));
    assertRefused(
        folder.resolve(TRAIN_LABELS) + " has label 10 for image 1 at offset 9, expected 0 to 9");
    write(TRAIN_LABELS, SmallFiles.labels(0, 1, 255));
    assertRefused(
        folder.resolve(TRAIN_LABELS) + " has label 255 for image 2 at offset 10, expected 0 to 9");
  }

  @Test
  void trailingBytesAreRefused() throws IOException {
    byte[] images = SmallFiles.images(3, 2, 4, 1);
    write(TRAIN_IMAGES, Arrays.copyOf(images, images.length + 1));
    assertRefused(
        folder.resolve(TRAIN_IMAGES) + " has trailing bytes at offset 40, expected its end there");
    Path file = compress(TRAIN_IMAGES);
    assertRefused(file + " has trailing bytes at uncompressed offset 40, expected its end there");
  }

  @Test
  void aFolderInPlaceOfAFileIsRefused() throws IOException {
    Files.delete(folder.resolve(TRAIN_IMAGES));
    Files.createDirectory(folder.resolve(TRAIN_IMAGES));
    assertThatThrownBy(() -> FashionMnist.load(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(folder.resolve(TRAIN_IMAGES) + " cannot be read at offset 0: ");
  }

  private static void assertIsTheSmallDataset(Dataset dataset) {
    assertThat(dataset.name()).isEqualTo("fashion-mnist");
    ImageSet train = dataset.train();
    assertThat(train.toString())
        .isEqualTo("fashion-mnist train (3 images of 1 x 2 x 4, 10 classes)");
    assertThat(train.pixels()).hasSize(24).startsWith(1, 2, 3).endsWith(23, 24);
    assertThat(train.labels()).containsExactly(0, 1, 9);
    ImageSet test = dataset.test();
    assertThat(test.toString()).isEqualTo("fashion-mnist test (2 images of 1 x 2 x 4, 10 classes)");
    assertThat(test.pixels()).hasSize(16).startsWith((byte) 201).endsWith((byte) 216);
    assertThat(test.labels()).containsExactly(8, 2);
    assertThat(dataset.normalization()).isEqualTo(ChannelStatistics.of(train));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> FashionMnist.load(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessage(message);
  }

  private void writeTrainImages(int... extents) throws IOException {
    write(TRAIN_IMAGES, SmallFiles.idx(SmallFiles.IMAGES_MAGIC, extents, new byte[24]));
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  private void compressAll() throws IOException {
    compress(TRAIN_IMAGES);
    compress(TRAIN_LABELS);
    compress(TEST_IMAGES);
    compress("t10k-labels-idx1-ubyte");
  }

  private Path compress(String name) throws IOException {
    Path plain = folder.resolve(name);
    Path compressed = folder.resolve(name + ".gz");
    Files.write(compressed, SmallFiles.gzip(Files.readAllBytes(plain)));
    Files.delete(plain);
    return compressed;
  }
}
