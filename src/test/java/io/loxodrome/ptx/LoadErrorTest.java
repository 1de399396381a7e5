package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.KernelModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PTX that the executor does not know, or that is none: refused as it is loaded, and named. */
@Tag("ptx")
final class LoadErrorTest {
  private final PtxDriver driver = new PtxDriver(5);

  @AfterEach
  void close() {
    driver.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wgmma.fence.sync.aligned",
        "frobnicate.u32 %r1, %r2",
        "add.s33 %r1, %r2, %r3",
        "add.xy.f32 %f1, %f2, %f3",
        "add.u32.u32 %r1, %r2, %r3",
        "mul.s32 %r1, %r2, %r3",
        "mul.middle.s32 %r1, %r2, %r3",
        "cvt.rn.f8.f32 %r1, %f2",
        "shfl.sync.around.b32 %r1, %r2, 1, 31, -1",
        "setp.almost.f32 %p1, %f2, %f3",
        "atom.global.multiply.f32 %f1, [%rd1], %f2",
        "ld.galactic.u32 %r1, [%rd1]",
        "ld.global.v3.u32 {%r1, %r2, %r3}, [%rd1]",
        "mov.u32 %r1, %tid.w",
        "add.u32 %r1, %r2, %r99",
        "add.u32 %r1, %r2",
        "add.u32 %r1, %r2, %r3, %r4",
        "add.u32 5, %r2, %r3",
        "@%r1 add.u32 %r1, %r2, %r3",
        "bra nowhere",
        "ld.param.u32 %r1, [param_missing]",
        "mov.u64 %rd1, missing",
        "ld.global.v2.u32 %r1, [%rd1]",
        "fma.rn.f32 %f1, %f2, %f3"
      })
  void unknownInstructionsAreNamed(String instruction) {
    SmallKernel kernel = SmallKernel.of("unknown", "u64 target", "  " + instruction + "; // here");
    assertThatThrownBy(() -> driver.load("unknown.ptx", kernel.text()))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("unknown.ptx")
        .hasMessageContaining("line " + kernel.markedLines().get(0))
        .hasMessageContaining(instruction.replaceFirst("@%r1 ", "").split(" ", -1)[0]);
  }

  @Test
  void anUnknownInstructionIsFoundInAKernelThatIsNeverLaunched() {
    String ptx =
        """
        .version 7.0
        .target sm_75
        .address_size 64
        .visible .entry good() { ret; }
        .visible .entry bad()
        {
          bogus;
          ret;
        }
        """;
    assertThatThrownBy(() -> driver.load("two.ptx", ptx))
        .isInstanceOf(CudaException.class)
        .hasMessageContainingAll("two.ptx", "line 7", "bogus");
  }

  @ParameterizedTest
  @ValueSource(strings = {".version 7.0", ".target sm_75"})
  void theHeaderMustBeThere(String line) {
    String ptx = SmallKernel.of("headless", "u64 target", "").text();
    assertThatThrownBy(() -> driver.load("headless.ptx", ptx.replace(line, "")))
        .isInstanceOf(CudaException.class)
        .hasMessageContainingAll("headless.ptx", line.split(" ", -1)[0]);
  }

  @Test
  void entriesThatAreNotThereAreNamed() {
    KernelModule module = driver.load("some.ptx", SmallKernel.of("some", "u64 target", "").text());
    assertThatThrownBy(() -> driver.kernel(module, "other"))
        .isInstanceOf(CudaException.class)
        .hasMessageContainingAll("some.ptx", "other");
    driver.unload(module);
    assertThatThrownBy(() -> driver.kernel(module, "some")).isInstanceOf(CudaException.class);
  }

  private static final String WHOLE =
      SmallKernel.of(
              "whole",
              "u64 target, u32 count, f32 factor",
              """
                setp.ge.u32 %p1, %item, %count;
                @%p1 bra end;
                mad.wide.u32 %rd1, %item, 4, %target;
                ld.global.v2.f32 {%f1, %f2}, [%rd1+8];
                mul.f32 %f1, %f2, 0f3F800000;
                st.global.f32 [%rd1], %f1;
              end:
              """)
          .text();

  @Test
  void aTextThatIsCutOffIsRefused() {
    assertThatCode(() -> driver.load("whole.ptx", WHOLE)).doesNotThrowAnyException();
    // What is cut off before the entry is a module with nothing in it.
    int first = WHOLE.indexOf(".visible") + 1;
    for (int length = first; length <= WHOLE.lastIndexOf('}'); length++) {
      String cut = WHOLE.substring(0, length);
      assertThatThrownBy(() -> driver.load("cut.ptx", cut))
          .as("cut off at %d", length)
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("cut.ptx");
    }
  }

  @Test
  void aTextWithALostOrDoubledCharacterLoadsOrIsRefusedByName() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> odd = new ArrayList<>();
    for (int round = 0; round < 2000; round++) {
      int at = random.nextInt(WHOLE.length());
      int copies = random.nextBoolean() ? 0 : 2;
      String changed =
          WHOLE.substring(0, at) + ("" + WHOLE.charAt(at)).repeat(copies) + WHOLE.substring(at + 1);
      try {
        driver.load("changed.ptx", changed);
      } catch (CudaException e) {
        if (!e.toString().contains("changed.ptx")) {
          odd.add(at + ": " + e);
        }
      } catch (RuntimeException e) {
        odd.add(at + " * " + copies + ": " + e);
      }
    }
    assertThat(odd).as("seed %d", seed).isEmpty();
  }
}
