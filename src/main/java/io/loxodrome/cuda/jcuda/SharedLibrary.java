package io.loxodrome.cuda.jcuda;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A shared library that is loaded and stays loaded.
 *
 * <p>Once it is, it satisfies every other library that asks for its soname, wherever it came from.
 */
final class SharedLibrary {
  /** As {@link System#load} has it: symbols are bound when called, and seen by nobody else. */
  private static final Map<String, Integer> LAZY_AND_LOCAL = Map.of(Library.OPTION_OPEN_FLAGS, 1);

  /** Why JNA cannot be used; a class that failed to start can be asked only once. */
  private static final @Nullable String UNUSABLE = tryJna();

  /** JNA unloads what nobody holds. */
  private static final Queue<SharedLibrary> LOADED = new ConcurrentLinkedQueue<>();

  private final NativeLibrary library;

  private SharedLibrary(NativeLibrary library) {
    this.library = library;
  }

  private static @Nullable String tryJna() {
    try {
      return Native.POINTER_SIZE == Long.BYTES ? null : "this is no 64-bit Java";
    } catch (LinkageError e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Refuses to go on where no library can be loaded, whichever.
   *
   * @throws LibraryRefusedException saying why
   */
  static void requireUsable() throws LibraryRefusedException {
    if (UNUSABLE != null) {
      throw new LibraryRefusedException(
          "no library can be loaded, because JNA's own cannot be put anywhere ("
              + UNUSABLE
              + "); give java -Djava.io.tmpdir=DIR, a folder to write and execute in");
    }
  }

  /**
   * Loads a library.
   *
   * @param name a soname, which the dynamic loader then looks for as for any program, or an
   *     absolute path
   * @throws LibraryRefusedException with the dynamic loader's own reason
   */
  static SharedLibrary open(String name) throws LibraryRefusedException {
    requireUsable();
    try {
      SharedLibrary opened = new SharedLibrary(NativeLibrary.getInstance(name, LAZY_AND_LOCAL));
      LOADED.add(opened);
      return opened;
    } catch (UnsatisfiedLinkError e) {
      throw new LibraryRefusedException(reason(e), e);
    }
  }

  /** The loader's first answer; the others are about other places where the name might be. */
  private static String reason(UnsatisfiedLinkError failure) {
    Throwable[] answers = failure.getSuppressed();
    String message = (answers.length == 0 ? failure : answers[0]).getMessage();
    return message == null ? failure.toString() : message.strip().lines().findFirst().orElse("");
  }

  /** A function by name. */
  Function function(String name) throws LibraryRefusedException {
    try {
      return library.getFunction(name);
    } catch (UnsatisfiedLinkError e) {
      throw new LibraryRefusedException("it has no function " + name, e);
    }
  }

  /**
   * Calls a function that ends by writing one int and returns a status.
   *
   * @param leading arguments before the address of that int
   * @throws LibraryRefusedException if there is no such function, or its status is not 0
   */
  int queryInt(String name, Object... leading) throws LibraryRefusedException {
    IntByReference answer = new IntByReference();
    Object[] arguments = Arrays.copyOf(leading, leading.length + 1);
    arguments[leading.length] = answer;
    int status = function(name).invokeInt(arguments);
    if (status != 0) {
      throw new LibraryRefusedException("its " + name + " answers status " + status);
    }
    return answer.getValue();
  }

  /** The file a function of the library was mapped from. */
  String path(String function) throws LibraryRefusedException {
    long address = Pointer.nativeValue(function(function));
    try {
      return path(address, Files.readAllLines(Path.of("/proc/self/maps")));
    } catch (IOException e) {
      throw new LibraryRefusedException("the loaded libraries cannot be listed: " + e, e);
    }
  }

  /** Lines are {@code from-to rights offset device inode path}, addresses hexadecimal. */
  static String path(long address, List<String> maps) throws LibraryRefusedException {
    for (String line : maps) {
      int dash = line.indexOf('-');
      int space = line.indexOf(' ');
      long from = Long.parseUnsignedLong(line, 0, dash, 16);
      long to = Long.parseUnsignedLong(line, dash + 1, space, 16);
      int slash = line.indexOf('/');
      if (Long.compareUnsigned(from, address) <= 0
          && Long.compareUnsigned(address, to) < 0
          && slash > 0) {
        return line.substring(slash);
      }
    }
    throw new LibraryRefusedException("no file is mapped at 0x" + Long.toHexString(address));
  }
}
