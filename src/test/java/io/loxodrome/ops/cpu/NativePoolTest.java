package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class NativePoolTest {
  @Property
  void aSizeClassFitsAndWastesAnEighthAtMost(@ForAll @LongRange(min = 1, max = 1L << 40) long n) {
    long size = NativePool.sizeClass(n);
    assertThat(size).isGreaterThanOrEqualTo(n);
    assertThat(size - n).isLessThan(Math.max(256, n / 8 + 1));
    assertThat(NativePool.sizeClass(size)).isEqualTo(size);
    assertThat(size % NativeBlock.ALIGNMENT).isZero();
  }

  @Test
  void aBlockThatCameBackIsHandedOutAgain() {
    NativePool pool = new NativePool();
    NativeBlock block = pool.take(5000);
    pool.giveBack(block);
    assertThat(pool.take(4900)).isSameAs(block);
    assertThat(pool.take(4900)).isNotSameAs(block);
  }

  @Test
  void whatIsInUseIsCountedAndSoIsTheMostOfIt() {
    NativePool pool = new NativePool();
    NativeBlock one = pool.take(1000);
    NativeBlock other = pool.take(1000);
    assertThat(pool.bytesInUse()).isEqualTo(one.bytes() + other.bytes());
    pool.giveBack(one);
    pool.giveBack(other);
    assertThat(pool.bytesInUse()).isZero();
    assertThat(pool.peakBytes()).isEqualTo(one.bytes() + other.bytes());
  }

  @Test
  void aClosedPoolHandsNothingOut() {
    NativePool pool = new NativePool();
    pool.close();
    assertThatThrownBy(() -> pool.take(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("after close");
  }
}
