package io.loxodrome.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What ptxas gives a kernel, from the committed tables of native-build/resources.
 *
 * @param kernel its entry
 * @param file the kernel file's name without an ending
 * @param sharedBytes of static shared memory
 * @param registers per thread, one per architecture
 */
record Resources(String kernel, String file, int sharedBytes, List<Integer> registers) {
  static final List<String> ARCHITECTURES =
      List.of("sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120");

  private static final Path TABLES = Path.of("native-build", "resources");
  private static final int NUMBERS_FROM = 2;

  static List<Resources> ofAllKernels() throws IOException {
    List<Resources> all = new ArrayList<>();
    try (Stream<Path> tables = Files.list(TABLES)) {
      for (Path table : tables.sorted().toList()) {
        String file = table.getFileName().toString().replace(".tsv", "");
        for (String line : Files.readAllLines(table).stream().skip(1).toList()) {
          all.add(parse(file, line));
        }
      }
    }
    return all;
  }

  private static Resources parse(String file, String line) {
    List<String> cells = List.of(line.split("\t", -1));
    List<Integer> registers =
        cells.subList(NUMBERS_FROM, cells.size()).stream().map(Integer::valueOf).toList();
    return new Resources(cells.get(0), file, Integer.parseInt(cells.get(1)), registers);
  }

  /** The entries that a file of PTX defines. */
  static List<String> entries(String ptx) {
    return Arrays.stream(ptx.split("\n", -1))
        .filter(line -> line.startsWith(".visible .entry "))
        .map(line -> line.substring(".visible .entry ".length(), line.indexOf('(')))
        .toList();
  }
}
