package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class SharedLibraryTest {
  private static final List<String> MAPS =
      List.of(
          "55d0-55e0 r-xp 00000000 08:01 1                   /usr/bin/java",
          "7f10-7f20 rw-p 00000000 00:00 0 ",
          "7f20-7f30 r-xp 00001000 08:01 2                   /opt/with space/libcuda.so.580",
          "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]");

  @Test
  void anAddressBelongsToTheFileMappedThere() throws LibraryRefusedException {
    assertThat(SharedLibrary.path(0x7f20, MAPS)).isEqualTo("/opt/with space/libcuda.so.580");
    assertThat(SharedLibrary.path(0x7f2f, MAPS)).isEqualTo("/opt/with space/libcuda.so.580");
    assertThat(SharedLibrary.path(0x55d0, MAPS)).isEqualTo("/usr/bin/java");
  }

  @Test
  void anAddressWithoutAFileIsRefused() {
    for (long address : new long[] {0x7f10, 0x7f30, 0xffffffffff600000L}) {
      assertThatThrownBy(() -> SharedLibrary.path(address, MAPS))
          .isInstanceOf(LibraryRefusedException.class)
          .hasMessage("no file is mapped at 0x" + Long.toHexString(address));
    }
  }

  @Test
  void aLibraryIsFoundAsTheDynamicLoaderFindsIt() throws LibraryRefusedException {
    SharedLibrary found = SharedLibrary.open("libc.so.6");
    assertThat(found.path("getpid")).endsWith("/libc.so.6");
    assertThat(found.function("getpid").invokeInt(new Object[0]))
        .isEqualTo(Math.toIntExact(ProcessHandle.current().pid()));
  }

  @Test
  void whatIsNotThereIsRefusedWithTheLoadersReason() throws LibraryRefusedException {
    assertThatThrownBy(() -> SharedLibrary.open("libnone.so.1"))
        .isInstanceOf(LibraryRefusedException.class)
        .hasMessage("libnone.so.1: cannot open shared object file: No such file or directory");
    SharedLibrary found = SharedLibrary.open("libc.so.6");
    assertThatThrownBy(() -> found.function("cuInit"))
        .isInstanceOf(LibraryRefusedException.class)
        .hasMessage("it has no function cuInit");
    assertThatThrownBy(() -> found.queryInt("dup"))
        .isInstanceOf(LibraryRefusedException.class)
        .hasMessage("its dup answers status -1");
  }
}
