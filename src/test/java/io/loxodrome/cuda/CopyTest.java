package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyTest extends KernelTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 15, 16, 17, 127, 128, 129, 1000, 4095, 4096, 4097, 1_000_003})
  void copiesEveryWord(int words) {
    double[] values = draw.normals(words);
    DeviceArray source = input(Storage.FLOAT32, values);
    DeviceArray target = output(Storage.FLOAT32, words);
    new Copy(kernels).copy(source.address(), target.address(), words, Stream.DEFAULT);
    assertThat(target.read()).isEqualTo(source.read());
    verify(words + " words", new Output(target, Storage.FLOAT32, values, 1));
  }

  @Test
  void movesEachSectorOnce() {
    int words = 1 << 18;
    double[] values = draw.normals(words);
    DeviceArray source = input(Storage.FLOAT32, values);
    DeviceArray target = output(Storage.FLOAT32, words);
    new Copy(kernels).copy(source.address(), target.address(), words, Stream.DEFAULT);
    Output output = new Output(target, Storage.FLOAT32, values, 1);
    Traffic traffic = measure(words + " words", words, 8L * words, output);
    assertThat(traffic.movedOverIdeal()).isEqualTo(1);
    assertThat(traffic.sectorsOverFewest()).isEqualTo(1);
  }

  @Test
  void refusesWhatItCannotCopyBeforeAnythingIsLaunched() {
    Copy copy = new Copy(kernels);
    assertThatThrownBy(() -> copy.copy(0, 256, 8, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel copy_words: source is a null address, expected device memory");
    assertThatThrownBy(() -> copy.copy(256, 516, 8, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "kernel copy_words: target is at address 0x204, which is no multiple of 16 bytes");
    assertThatThrownBy(() -> copy.copy(256, 512, -1, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("kernel copy_words: words is -1, must be from 0 to ");
    assertThat(driver.takeLaunches()).isEmpty();
  }
}
