package io.loxodrome.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds a data set by name on this machine and loads it.
 *
 * <p>It looks in the folder that is asked for by path, and there alone; with no path, in the folder
 * that the environment variable {@code LOXODROME_DATA} names, then where the system's packages put
 * data sets. Within a folder it takes the files lying there or in a sub-folder of the data set's
 * name.
 *
 * @param environment looks up an environment variable; null where there is none
 * @param systemFolder where packages put data sets, each in a sub-folder of its name
 */
public record DatasetFinder(Function<String, @Nullable String> environment, Path systemFolder) {
  /** The environment variable that names a folder of data sets. */
  public static final String VARIABLE = "LOXODROME_DATA";

  private static final List<Known> KNOWN =
      List.of(
          new Known(
              FashionMnist.NAME,
              FashionMnist::isIn,
              FashionMnist::load,
              "install it with 'apt-get install dataset-fashion-mnist' or name a folder with its"
                  + " four IDX files"),
          new Known(
              Cifar10.NAME,
              Cifar10::isIn,
              Cifar10::load,
              "unpack the archive cifar-10-binary.tar.gz and name that folder"));

  /** A finder for this process's environment and Debian's data sets. */
  public static DatasetFinder ofSystem() {
    return new DatasetFinder(System::getenv, Path.of("/usr/share/datasets"));
  }

  /** The names of the data sets there are, in the order they are listed to people. */
  public static List<String> names() {
    return KNOWN.stream().map(Known::name).toList();
  }

  /**
   * Finds and loads a data set.
   *
   * @param name one of {@link #names}
   * @param folder the only folder to look in, or null to look in the usual ones
   * @throws IllegalArgumentException if there is no data set of that name
   * @throws DatasetException if it was not found, or a file is broken
   */
  public Dataset load(String name, @Nullable Path folder) throws IOException {
    Known known = known(name);
    return known.reader().load(find(known, folder));
  }

  /**
   * The folder that {@link #load} reads.
   *
   * @throws IllegalArgumentException if there is no data set of that name
   * @throws DatasetException if it was not found
   */
  public Path find(String name, @Nullable Path folder) throws DatasetException {
    return find(known(name), folder);
  }

  private Path find(Known known, @Nullable Path folder) throws DatasetException {
    List<Path> places = places(known.name(), folder);
    for (Path place : places) {
      if (known.isIn().test(place)) {
        return place;
      }
    }
    throw new DatasetException(
        "%s was not found in %s; %s by --data or $%s"
            .formatted(
                known.name(),
                places.stream().map(Path::toString).collect(Collectors.joining(", ")),
                known.advice(),
                VARIABLE));
  }

  private List<Path> places(String name, @Nullable Path folder) {
    List<Path> places = new ArrayList<>();
    if (folder != null) {
      places.add(folder);
      places.add(folder.resolve(name));
      return places;
    }
    String variable = environment.apply(VARIABLE);
    if (variable != null && !variable.isEmpty()) {
      places.add(Path.of(variable));
      places.add(Path.of(variable).resolve(name));
    }
    places.add(systemFolder.resolve(name));
    return places;
  }

  private static Known known(String name) {
    return KNOWN.stream()
        .filter(known -> known.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown data set '%s', expected one of %s"
                        .formatted(name, String.join(", ", names()))));
  }

  /** A data set we can read, and how to get it. */
  private record Known(String name, Predicate<Path> isIn, Reader reader, String advice) {}

  /** Loads the data set that lies in a folder. */
  private interface Reader {
    Dataset load(Path folder) throws IOException;
  }
}
