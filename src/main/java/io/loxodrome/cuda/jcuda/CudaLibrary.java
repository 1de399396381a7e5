package io.loxodrome.cuda.jcuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A library of NVIDIA's that JCuda asks for by its soname, and the search for it: where the dynamic
 * loader looks, the folders CUDA is usually installed in, Maven's cuda-redist on the class path,
 * and the forwarders that native-build/ makes for CUDA 13; the first that loads is taken.
 */
enum CudaLibrary {
  /** NVIDIA's driver. */
  DRIVER("libcuda.so.1"),
  CUBLAS("libcublas.so.12"),
  CUDNN("libcudnn.so.8");

  /** Names the folder with the forwarders. */
  static final String FORWARDERS_VARIABLE = "LOXODROME_CUDA_FORWARDERS";

  /** The same as a system property, which goes first. */
  static final String FORWARDERS_PROPERTY = "loxodrome.cuda.forwarders";

  private static final String REDIST = "org/bytedeco/cuda/linux-x86_64/";
  private static final List<String> FOLDERS =
      List.of(
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib64",
          "/usr/local/cuda/lib64",
          "/usr/local/nvidia/lib64",
          "/usr/lib/wsl/lib");

  private static final Map<CudaLibrary, SharedLibrary> FOUND = new HashMap<>();

  private final String soname;

  CudaLibrary(String soname) {
    this.soname = soname;
  }

  /** The name JCuda's native asks the dynamic loader for. */
  String soname() {
    return soname;
  }

  /** What its folder may hold besides, to be loaded before it. */
  private List<String> parts() {
    return switch (this) {
      case DRIVER -> List.of();
      case CUBLAS -> List.of("libcublasLt.so.12");
      case CUDNN ->
          List.of(
              "libcudnn_ops_infer.so.8",
              "libcudnn_cnn_infer.so.8",
              "libcudnn_ops_train.so.8",
              "libcudnn_cnn_train.so.8");
    };
  }

  /**
   * Loads the library from the first place that has it; what was found once is found again.
   *
   * @throws LibraryRefusedException if none has; the message says why for each
   */
  SharedLibrary find() throws LibraryRefusedException {
    synchronized (FOUND) {
      SharedLibrary before = FOUND.get(this);
      if (before == null) {
        before = search();
        FOUND.put(this, before);
      }
      return before;
    }
  }

  private SharedLibrary search() throws LibraryRefusedException {
    List<String> refused = new ArrayList<>();
    Optional<SharedLibrary> found = trySystem(refused);
    if (found.isEmpty() && this != DRIVER) {
      found = tryRedist(refused).or(() -> tryForwarders(refused));
    }
    return found.orElseThrow(() -> new LibraryRefusedException(String.join("; ", refused)));
  }

  private Optional<SharedLibrary> trySystem(List<String> refused) {
    Optional<SharedLibrary> found = attempt(null, refused);
    List<Path> folders = new ArrayList<>();
    for (String folder : FOLDERS) {
      folders.add(Path.of(folder));
    }
    folders.addAll(toolkits());
    for (Path folder : folders) {
      if (found.isEmpty() && Files.exists(folder.resolve(soname))) {
        found = attempt(folder, refused);
      }
    }
    return found;
  }

  /** Folders such as /usr/local/cuda-12.4/lib64. */
  private static List<Path> toolkits() {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> versions =
        Files.newDirectoryStream(Path.of("/usr/local"), "cuda-*")) {
      versions.forEach(version -> folders.add(version.resolve("lib64")));
    } catch (IOException e) {
      // Nothing is installed where nothing can be listed.
      return List.of();
    }
    folders.sort(null);
    return folders;
  }

  /** From a folder, or from where the dynamic loader looks if there is none. */
  private Optional<SharedLibrary> attempt(@Nullable Path folder, List<String> refused) {
    try {
      if (folder == null) {
        return Optional.of(SharedLibrary.open(soname));
      }
      for (String part : parts()) {
        if (Files.exists(folder.resolve(part))) {
          SharedLibrary.open(folder.resolve(part).toString());
        }
      }
      return Optional.of(SharedLibrary.open(folder.resolve(soname).toString()));
    } catch (LibraryRefusedException e) {
      refused.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<SharedLibrary> tryRedist(List<String> refused) {
    List<NativeResource> resources = new ArrayList<>();
    for (String part : parts()) {
      NativeResource.find(REDIST + part).ifPresent(resources::add);
    }
    Optional<NativeResource> main = NativeResource.find(REDIST + soname);
    if (main.isEmpty()) {
      refused.add("no cuda-redist of Maven's on the class path");
      return Optional.empty();
    }
    resources.add(main.get());
    for (Path base : NativeFolder.bases()) {
      Optional<SharedLibrary> found = attempt(base, resources, refused);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<SharedLibrary> attempt(
      Path base, List<NativeResource> resources, List<String> refused) {
    try {
      return attempt(NativeFolder.unpack(base, resources), refused);
    } catch (IOException e) {
      refused.add("cuda-redist cannot be unpacked: " + e);
      return Optional.empty();
    }
  }

  private Optional<SharedLibrary> tryForwarders(List<String> refused) {
    String folder =
        System.getProperty(FORWARDERS_PROPERTY, System.getenv().get(FORWARDERS_VARIABLE));
    if (folder == null || folder.isEmpty()) {
      refused.add("no forwarders to CUDA 13 (" + FORWARDERS_VARIABLE + " is not set)");
      return Optional.empty();
    }
    Path file = new File(folder).toPath().toAbsolutePath();
    if (!Files.exists(file.resolve(soname))) {
      refused.add("the forwarders' folder " + folder + " has no " + soname);
      return Optional.empty();
    }
    return attempt(file, refused);
  }
}
