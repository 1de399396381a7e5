package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ptx.PtxDriver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("ptx")
class KernelsTest {
  private final PtxDriver executor = new PtxDriver(1);
  private final List<String> calls = new ArrayList<>();
  private final Driver driver = noting(executor, calls);

  @AfterEach
  void closeDriver() {
    executor.close();
  }

  /** A driver that notes the name of each call. */
  private static Driver noting(Driver inner, List<String> calls) {
    return (Driver)
        Proxy.newProxyInstance(
            Driver.class.getClassLoader(),
            new Class<?>[] {Driver.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName());
              try {
                return method.invoke(inner, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void loadsAFileWhenItIsFirstNeededAndOnlyThen() {
    try (Kernels kernels = new Kernels(driver)) {
      assertThat(calls).doesNotContain("load");
      copyOneWord(kernels);
      copyOneWord(kernels);
      assertThat(calls.stream().filter("load"::equals)).hasSize(1);
      assertThat(calls.stream().filter("kernel"::equals)).hasSize(1);
      assertThat(calls).doesNotContain("unload");
    }
    assertThat(calls.stream().filter("unload"::equals)).hasSize(1);
  }

  private void copyOneWord(Kernels kernels) {
    long block = driver.allocate(512);
    driver.fill(block, (byte) 3, 256, Stream.DEFAULT);
    new Copy(kernels).copy(block, block + 256, 1, Stream.DEFAULT);
    driver.free(block);
  }

  @Test
  void refusesAShapeBeforeItLoadsAnything() {
    try (Kernels kernels = new Kernels(driver)) {
      LaunchShape tooWide = LaunchShape.row(1, 2048);
      assertThatThrownBy(
              () ->
                  kernels.launch(
                      KernelFile.COPY, tooWide, Arguments.of("copy_words"), Stream.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "kernel copy_words would be launched with 2048 threads per block, this device takes"
                  + " 1 to 1024");
      assertThat(calls).doesNotContain("load", "launch");
    }
  }

  @Test
  void namesTheEntryThatAFileDoesNotHave() {
    try (Kernels kernels = new Kernels(driver)) {
      LaunchShape shape = LaunchShape.row(1, 32);
      assertThatThrownBy(
              () ->
                  kernels.launch(
                      KernelFile.COPY, shape, Arguments.of("copy_bytes"), Stream.DEFAULT))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("copy_bytes")
          .hasMessageContaining("copy.ptx");
    }
  }

  @Test
  void ptxThatDoesNotLoadIsNamed() {
    String cut = KernelFile.COPY.ptx().substring(0, KernelFile.COPY.ptx().length() / 2);
    assertThatThrownBy(() -> driver.load("cut.ptx", cut))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("cut.ptx");
    assertThat(executor.takeLaunches()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyFileLoadsWithAllItsEntries(KernelFile file) {
    String ptx = file.ptx();
    KernelModule module = driver.load(file.fileName(), ptx);
    assertThat(Resources.entries(ptx)).isNotEmpty();
    for (String entry : Resources.entries(ptx)) {
      assertThatCode(() -> driver.kernel(module, entry)).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyFileIsForTuringAndForOldDrivers(KernelFile file) {
    assertThat(file.ptx()).contains(".target sm_75").containsPattern("(?m)^\\.version [67]\\.");
  }
}
