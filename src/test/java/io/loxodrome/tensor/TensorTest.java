package io.loxodrome.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes go across the 8192 elements that are moved at a time. */
class TensorTest {
  private static Tensor tensor(ElementType type, int size) {
    return Tensor.over(ArrayMemory.of(size * type.bytes()), type, Shape.of(size));
  }

  private static double[] thirds(int size) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = (i - 100) / 3.0;
    }
    return values;
  }

  private static float[] rounded(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static double[] widened(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16384, 20001})
  void doublesComeBack(int size) {
    try (Tensor tensor = tensor(ElementType.FLOAT64, size)) {
      double[] values = thirds(size);
      assertThat(tensor.write(values).toDoubles()).isEqualTo(values);
      assertThat(tensor.toFloats()).isEqualTo(rounded(values));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16384, 20001})
  void doublesAreRoundedOnceToFloats(int size) {
    try (Tensor tensor = tensor(ElementType.FLOAT32, size)) {
      float[] expected = rounded(thirds(size));
      tensor.write(thirds(size));
      assertThat(tensor.toFloats()).isEqualTo(expected);
      assertThat(tensor.toDoubles()).isEqualTo(widened(expected));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16384, 20001})
  void floatsComeBack(int size) {
    float[] values = rounded(thirds(size));
    try (Tensor narrow = tensor(ElementType.FLOAT32, size);
        Tensor wide = tensor(ElementType.FLOAT64, size)) {
      assertThat(narrow.write(values).toFloats()).isEqualTo(values);
      assertThat(wide.write(values).toFloats()).isEqualTo(values);
      assertThat(wide.toDoubles()).isEqualTo(widened(values));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16384, 20001})
  void intsAndBytesComeBack(int size) {
    int[] ints = new int[size];
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      ints[i] = i * 0x01234567;
      bytes[i] = (byte) (i * 7);
    }
    try (Tensor words = tensor(ElementType.INT32, size);
        Tensor octets = tensor(ElementType.UINT8, size)) {
      assertThat(words.write(ints).toInts()).isEqualTo(ints);
      assertThat(octets.write(bytes).toBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void elementsAreStoredInTheHostsByteOrder() {
    ArrayMemory memory = ArrayMemory.of(8);
    try (Tensor tensor = Tensor.over(memory, ElementType.FLOAT32, Shape.of(2))) {
      tensor.write(new float[] {1.5f, -2});
      ByteBuffer content = ByteBuffer.wrap(memory.content()).order(ByteOrder.nativeOrder());
      assertThat(content.getFloat(0)).isEqualTo(1.5f);
      assertThat(content.getFloat(4)).isEqualTo(-2);
    }
  }

  @Test
  void aReshapedTensorSeesTheSameElementsAndOwnsNothing() {
    try (Tensor tensor = tensor(ElementType.FLOAT64, 6)) {
      Tensor view = tensor.reshape(Shape.of(2, 3));
      view.write(new double[] {1, 2, 3, 4, 5, 6});
      view.close();
      assertThat(tensor.toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(view).hasToString("FLOAT64 2x3");
      assertThatThrownBy(() -> tensor.reshape(Shape.of(2, 4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("cannot reshape 6 to 2x4");
    }
  }

  @Test
  void memoryThatIsTooSmallIsRefused() {
    try (ArrayMemory memory = ArrayMemory.of(23)) {
      assertThatThrownBy(() -> Tensor.over(memory, ElementType.FLOAT32, Shape.of(2, 3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("FLOAT32 2x3 needs 24 bytes, the memory has 23");
    }
  }

  @Test
  void theWrongNumberOfValuesIsRefused() {
    try (Tensor tensor = tensor(ElementType.FLOAT32, 3)) {
      assertThatThrownBy(() -> tensor.write(new double[4]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("4 values for a tensor of shape 3");
      assertThatThrownBy(() -> tensor.write(new float[2]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theWrongElementTypeIsRefused() {
    try (Tensor reals = tensor(ElementType.FLOAT32, 3);
        Tensor ints = tensor(ElementType.INT32, 3)) {
      assertThatThrownBy(() -> reals.write(new int[3]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a tensor of FLOAT32 where INT32 is due");
      assertThatThrownBy(() -> reals.write(new byte[3]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ints.write(new double[3]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a tensor of INT32 where real numbers are due");
      assertThatThrownBy(() -> ints.write(new float[3]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(ints::toDoubles).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(ints::toFloats).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(ints::toBytes).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(reals::toInts).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
