package io.loxodrome.cuda;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Writes what the kernel tests measured to target/kernel-report.md and .json when the last of them
 * is done.
 */
final class KernelReport implements BeforeAllCallback, AutoCloseable {
  private static final Path MARKDOWN = Path.of("target", "kernel-report.md");
  private static final Path JSON = Path.of("target", "kernel-report.json");

  private static final List<Line> LINES = Collections.synchronizedList(new ArrayList<>());
  private static final Map<String, Judgement> JUDGEMENTS = new ConcurrentHashMap<>();

  /**
   * One kernel, or a few that belong together, at one shape.
   *
   * @param kernel entries joined by " + "
   * @param shape for people
   * @param error the output's that is nearest its bound
   * @param bound on that error
   * @param traffic instructions, sectors and conflicts
   */
  record Line(String kernel, String shape, double error, double bound, Traffic traffic) {}

  /**
   * One kernel over all its launches.
   *
   * @param launches whose outputs were compared with the reference
   * @param worst error over its bound
   */
  private record Judgement(long launches, double worst) {
    static final Judgement NONE = new Judgement(0, 0);

    Judgement and(Judgement other) {
      return new Judgement(launches + other.launches, Math.max(worst, other.worst));
    }
  }

  /** What the JSON file holds. */
  private record Content(
      List<Line> lines, Map<String, Judgement> kernels, List<Resources> resources) {}

  static void add(Line line) {
    LINES.add(line);
  }

  /** Notes that a launch's outputs were compared with the reference. */
  static void judged(String kernel, double errorOverBound) {
    JUDGEMENTS.merge(kernel, new Judgement(1, errorOverBound), Judgement::and);
  }

  /** Has itself closed, and so the report written, at the end of all tests. */
  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(Namespace.create(KernelReport.class))
        .getOrComputeIfAbsent(KernelReport.class);
  }

  @Override
  public void close() throws IOException {
    List<Line> lines =
        LINES.stream()
            .sorted(Comparator.comparing(Line::kernel).thenComparing(Line::shape))
            .toList();
    List<Resources> resources = Resources.ofAllKernels();
    Files.createDirectories(MARKDOWN.getParent());
    Files.writeString(MARKDOWN, markdown(lines, resources));
    Files.writeString(
        JSON,
        new GsonBuilder()
            .setPrettyPrinting()
            .serializeSpecialFloatingPointValues()
            .create()
            .toJson(new Content(lines, new TreeMap<>(JUDGEMENTS), resources)));
  }

  private static String markdown(List<Line> lines, List<Resources> resources) {
    return """
        # Kernels

        The PTX that ships, executed instruction by instruction on a CPU by the tests (`./mvnw test -Dgroups=ptx`), which
        write this report to `target/kernel-report.md`. Counts are the same on every machine; errors vary with the
        inputs, which are fresh in each run. Nothing here is a time.

        - error: ||out - reference|| / ||reference|| against plain Java in double, and its bound
        - instructions: executed by threads, per element
        - moved / ideal: 32-byte sectors that blocks moved, each counted once per block and direction, over the fewest
          bytes that could be moved
        - sectors / fewest: sectors that requests touched over the fewest their bytes would fit in; at rows that do not
          start at a multiple of 16 bytes a warp's request straddles one sector more, which its neighbour finds in L1
        - conflicts: extra passes over shared memory

        | kernel | shape | error | bound | instructions | moved / ideal | sectors / fewest | conflicts |
        |---|---|---|---|---|---|---|---|
        %s

        ## Every kernel

        Launches whose outputs were compared with the reference, the worst error over its bound, and what `ptxas` of CUDA
        13.0 gives the kernel on each architecture: registers per thread and bytes of static shared memory. No kernel
        spills or has a stack frame.

        | kernel | launches | worst error / bound | shared | %s |
        |---|---|---|---|%s
        %s
        """
        .formatted(
            lines.stream().map(KernelReport::row).collect(Collectors.joining("\n")),
            String.join(" | ", Resources.ARCHITECTURES),
            "---|".repeat(Resources.ARCHITECTURES.size()),
            resources.stream().map(KernelReport::kernel).collect(Collectors.joining("\n")));
  }

  private static String kernel(Resources resources) {
    Judgement judgement = JUDGEMENTS.getOrDefault(resources.kernel(), Judgement.NONE);
    String registers =
        resources.registers().stream().map(String::valueOf).collect(Collectors.joining(" | "));
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.2f | %d | %s |",
        resources.kernel(),
        judgement.launches(),
        judgement.worst(),
        resources.sharedBytes(),
        registers);
  }

  private static String row(Line line) {
    Traffic traffic = line.traffic();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.1e | %.1e | %.2f | %.3f | %.3f | %d |",
        line.kernel(),
        line.shape(),
        line.error(),
        line.bound(),
        traffic.instructionsPerElement(),
        traffic.movedOverIdeal(),
        traffic.sectorsOverFewest(),
        traffic.bankConflicts());
  }
}
