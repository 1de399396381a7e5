package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void liesEachAtAMultipleOfItsOwnSize() {
    Arguments arguments =
        Arguments.of("k").int32("n", 7, 1, 9).address("x", 0x1234567890L, 16).float32("f", 0.5);
    assertThat(arguments.count()).isEqualTo(3);
    assertThat(arguments.offset(0)).isEqualTo(0);
    assertThat(arguments.offset(1)).isEqualTo(8);
    assertThat(arguments.offset(2)).isEqualTo(16);
    ByteBuffer bytes = arguments.bytes();
    assertThat(bytes.order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(bytes.remaining()).isEqualTo(20);
    assertThat(bytes.getInt(0)).isEqualTo(7);
    assertThat(bytes.getLong(8)).isEqualTo(0x1234567890L);
    assertThat(bytes.getFloat(16)).isEqualTo(0.5f);
  }

  @Test
  void readingThemLeavesThemAsTheyAre() {
    Arguments arguments = Arguments.of("k").bits64(-1).int64("m", 1L << 40, 0, Long.MAX_VALUE);
    arguments.bytes().getLong();
    assertThat(arguments.bytes().remaining()).isEqualTo(16);
    assertThat(arguments.bytes().getLong(8)).isEqualTo(1L << 40);
  }

  @Test
  void refusesNullAndMisalignedAddresses() {
    assertThatThrownBy(() -> Arguments.of("k").address("x", 0, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel k: x is a null address, expected device memory");
    assertThatThrownBy(() -> Arguments.of("k").address("x", 0x1008, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel k: x is at address 0x1008, which is no multiple of 16 bytes");
    assertThatThrownBy(() -> Arguments.of("k").optionalAddress("x", 2, 4))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Arguments.of("k").optionalAddress("x", 0, 4).bytes().getLong()).isZero();
  }

  @Test
  void refusesSizesOutsideTheirRange() {
    assertThatThrownBy(() -> Arguments.of("k").int32("n", 0, 1, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel k: n is 0, must be from 1 to 64");
    assertThatThrownBy(() -> Arguments.of("k").int32("n", 1L << 32, 1, Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel k: n is 4294967296, must be from 1 to 2147483647");
    assertThatThrownBy(() -> Arguments.of("k").int64("m", -1, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel k: m is -1, must be from 0 to 10");
  }

  @Test
  void refusesNumbersThatAreNotFiniteInSinglePrecision() {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
      assertThatThrownBy(() -> Arguments.of("k").float32("rate", value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "kernel k: rate is %s, expected a number that is finite in single precision"
                  .formatted(value));
    }
  }
}
