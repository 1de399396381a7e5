package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ptx.PtxDriver;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FreeListTest {
  private final PtxDriver driver = new PtxDriver(1).withoutMemoryPools();
  private final FreeList pool = new FreeList(driver);

  @AfterEach
  void everythingGoesBack() {
    pool.close();
    assertThat(driver.bytesInUse()).isZero();
    driver.close();
  }

  @Test
  void whatComesBackIsHandedOutAgain() {
    long first = pool.allocate(1000);
    pool.free(first);
    assertThat(pool.idleBytes()).isEqualTo(1024);
    assertThat(pool.allocate(1024)).isEqualTo(first);
    assertThat(pool.idleBytes()).isZero();
    pool.free(first);
  }

  @Test
  void whatIsOutIsHandedOutToNobodyElse() {
    Set<Long> out = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      assertThat(out.add(pool.allocate(512L * (i % 5 + 1)))).isTrue();
    }
    out.forEach(pool::free);
    long held = driver.bytesInUse();
    for (int i = 0; i < 50; i++) {
      pool.allocate(512L * (i % 5 + 1));
    }
    assertThat(driver.bytesInUse()).as("the same requests cost nothing new").isEqualTo(held);
    out.forEach(pool::free);
  }

  @Test
  void aRequestTakesNoMoreThanTwiceItsSize() {
    long large = pool.allocate(10_240);
    pool.free(large);
    long small = pool.allocate(5_120);
    assertThat(small).isEqualTo(large);
    pool.free(small);
    long smaller = pool.allocate(4_608);
    assertThat(smaller).isNotEqualTo(large);
    pool.free(smaller);
  }

  @Test
  void theSmallestThatFitsIsTaken() {
    long large = pool.allocate(2048);
    long small = pool.allocate(1536);
    pool.free(large);
    pool.free(small);
    assertThat(pool.allocate(1200)).isEqualTo(small);
    pool.free(small);
  }

  @Test
  void idleMemoryIsGivenUpBeforeARequestFails() {
    driver.limitMemory(8192);
    long first = pool.allocate(6144);
    pool.free(first);
    long second = pool.allocate(8192);
    assertThat(driver.bytesInUse()).isEqualTo(8192);
    assertThatThrownBy(() -> pool.allocate(512))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessage(
            "out of memory: 512 bytes were asked for, PTX executor has 0 left;"
                + " take a smaller batch, or close what is not needed");
    pool.free(second);
    assertThat(pool.allocate(8000)).isEqualTo(second);
    pool.free(second);
  }

  @Test
  void whatIsOutAtCloseIsFreedAsItComesBack() {
    long late = pool.allocate(100);
    pool.close();
    assertThat(driver.bytesInUse()).isPositive();
    pool.free(late);
    assertThat(driver.bytesInUse()).isZero();
  }

  @Test
  void strangersAreRefused() {
    assertThatThrownBy(() -> pool.free(4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("address 0x1000 is of no block that this pool handed out");
    assertThatThrownBy(() -> new StreamPool(driver, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("PTX executor has no memory pools");
  }
}
