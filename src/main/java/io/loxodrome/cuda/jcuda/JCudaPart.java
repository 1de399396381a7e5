package io.loxodrome.cuda.jcuda;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import jcuda.LogLevel;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;

/**
 * A part of JCuda and its native library.
 *
 * <p>JCuda itself would copy its natives into the temporary directory under fixed names, and load
 * whatever file it finds there under such a name. So each is put into a {@link NativeFolder} first,
 * and the temporary directory is that folder while JCuda loads it.
 */
enum JCudaPart {
  /** For CUDA's driver. */
  DRIVER("JCudaDriver") {
    @Override
    void initialize() {
      JCudaDriver.setExceptionsEnabled(false);
      JCudaDriver.setLogLevel(LogLevel.LOG_QUIET);
    }
  },
  /** For cuBLAS. */
  CUBLAS("JCublas2") {
    @Override
    void initialize() {
      JCublas2.initialize();
      JCublas2.setExceptionsEnabled(false);
      JCublas2.setLogLevel(LogLevel.LOG_QUIET);
    }
  },
  /** For cuDNN. */
  CUDNN("JCudnn") {
    @Override
    void initialize() {
      JCudnn.initialize();
      JCudnn.setExceptionsEnabled(false);
      JCudnn.setLogLevel(LogLevel.LOG_QUIET);
    }
  };

  private static final String TEMPORARY = "java.io.tmpdir";

  private final String libraryName;

  JCudaPart(String libraryName) {
    this.libraryName = libraryName;
  }

  /** Touches the class, which loads the native, and has errors come as statuses, not as text. */
  abstract void initialize();

  /**
   * Loads the native library; what it needs must be loaded already.
   *
   * @return the folder it was loaded from
   * @throws LibraryRefusedException if it can be loaded from nowhere; the message says why for each
   *     place
   */
  Path load() throws LibraryRefusedException {
    List<NativeResource> resources = new ArrayList<>();
    for (JCudaPart part : values()) {
      resources.add(part.resource());
    }
    List<String> refused = new ArrayList<>();
    for (Path base : NativeFolder.bases()) {
      try {
        Path folder = NativeFolder.unpack(base, resources);
        // A trial first: a class of JCuda's that failed to load its native is lost for good.
        SharedLibrary.open(folder.resolve(fileName()).toString());
        initializeFrom(folder);
        return folder;
      } catch (IOException e) {
        refused.add(base + ": " + e);
      } catch (LibraryRefusedException e) {
        refused.add(base + ": " + e.getMessage());
      }
    }
    throw new LibraryRefusedException(
        "JCuda's "
            + fileName()
            + " can be put and loaded nowhere ("
            + String.join("; ", refused)
            + "); give java -Djava.io.tmpdir=DIR, a folder to write and execute in");
  }

  private NativeResource resource() throws LibraryRefusedException {
    return NativeResource.find("lib/" + fileName())
        .orElseThrow(
            () -> new LibraryRefusedException("lib/" + fileName() + " is not on the class path"));
  }

  /** What JCuda calls the native. */
  String fileName() {
    return LibUtils.createLibraryFileName(
        LibUtils.createPlatformLibraryName(libraryName + "-" + JCudaVersion.get()));
  }

  private void initializeFrom(Path folder) throws LibraryRefusedException {
    synchronized (JCudaPart.class) {
      String before = System.getProperty(TEMPORARY);
      System.setProperty(TEMPORARY, folder.toString());
      try {
        initialize();
      } catch (LinkageError e) {
        throw new LibraryRefusedException(
            "JCuda does not take its " + fileName() + ": " + firstLine(e), e);
      } finally {
        System.setProperty(TEMPORARY, before);
      }
    }
  }

  private static String firstLine(LinkageError failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
