package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
  private Path folder;

  @BeforeEach
  void writeFiles(@TempDir Path temporary) throws IOException {
    folder = temporary;
    SmallFiles.writeCifar(folder);
  }

  @Test
  void recordsOfAllFilesAreReadInOrder() throws IOException {
    assertIsTheSmallDataset(Cifar10.load(folder));
  }

  @Test
  void filesMayLieInTheFolderOfTheArchive() throws IOException {
    Path outer = Files.createDirectory(folder.resolve("outer"));
    Path inner = Files.createDirectory(outer.resolve("cifar-10-batches-bin"));
    assertThat(Cifar10.isIn(outer)).isFalse();
    SmallFiles.writeCifar(inner);
    assertThat(Cifar10.isIn(outer)).isTrue();
    assertIsTheSmallDataset(Cifar10.load(outer));
  }

  @Test
  void missingFileIsNamed() throws IOException {
    Path file = folder.resolve("data_batch_3.bin");
    Files.delete(file);
    assertThat(Cifar10.isIn(folder)).isTrue();
    assertRefused(file + " is missing");
  }

  @Test
  void sizeThatIsNoMultipleOfARecordIsRefused() throws IOException {
    Path file = folder.resolve("data_batch_2.bin");
    Files.write(file, Arrays.copyOf(SmallFiles.records(2, 2), 2 * SmallFiles.RECORD - 1));
    assertRefused(file + " holds 6145 bytes, expected 1 to 10000 records of 3073 bytes each");
    Files.write(file, Arrays.copyOf(SmallFiles.records(2, 2), 2 * SmallFiles.RECORD + 1));
    assertRefused(file + " holds 6147 bytes, expected 1 to 10000 records of 3073 bytes each");
  }

  @Test
  void emptyFileIsRefused() throws IOException {
    Path file = folder.resolve("test_batch.bin");
    Files.write(file, new byte[0]);
    assertRefused(file + " holds 0 bytes, expected 1 to 10000 records of 3073 bytes each");
  }

  @Test
  void labelOutOfRangeIsNamedWithItsImage() throws IOException {
    Path file = folder.resolve("data_batch_4.bin");
    byte[] records = SmallFiles.records(4, 4);
    records[2 * SmallFiles.RECORD] = (byte) 200;
    Files.write(file, records);
    assertRefused(file + " has label 200 for image 2 at offset 6146, expected 0 to 9");
  }

  @Test
  void aFolderInPlaceOfAFileIsRefused() throws IOException {
    Path file = folder.resolve("test_batch.bin");
    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(() -> Cifar10.load(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(file.toString());
  }

  private static void assertIsTheSmallDataset(Dataset dataset) {
    assertThat(dataset.name()).isEqualTo("cifar10");
    ImageSet train = dataset.train();
    assertThat(train.toString()).isEqualTo("cifar10 train (15 images of 3 x 32 x 32, 10 classes)");
    assertThat(train.labels()).containsExactly(1, 2, 3, 3, 4, 5, 4, 5, 6, 7, 5, 6, 7, 8, 9);
    int image = 0;
    for (int file = 1; file <= 5; file++) {
      for (int record = 0; record < file; record++) {
        assertPixelsCountUp(train, image++, file + record);
      }
    }
    ImageSet test = dataset.test();
    assertThat(test.count()).isEqualTo(6);
    assertPixelsCountUp(test, 5, 11);
    assertThat(test.labels()).containsExactly(6, 7, 8, 9, 0, 1);
  }

  private static void assertPixelsCountUp(ImageSet set, int image, int first) {
    assertThat(set.imageSize()).isEqualTo(3072);
    for (int pixel = 0; pixel < 3072; pixel++) {
      assertThat(set.pixels()[image * 3072 + pixel]).isEqualTo((byte) (first + pixel));
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Cifar10.load(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessage(message);
  }
}
