package io.loxodrome.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The results of an experiment as a table in Markdown: mean and standard deviation over seeds. */
public final class ResultTable {
  private ResultTable() {}

  /** A row for each point that has results, a column for each measure. */
  public static String of(Experiment experiment, RunStore store) {
    Set<String> measures = new LinkedHashSet<>();
    for (RunPoint point : experiment.points()) {
      store.results(point).forEach(result -> measures.addAll(result.measures().keySet()));
    }
    List<String> lines = new ArrayList<>();
    lines.add("# " + experiment.title());
    lines.add("");
    List<String> head = new ArrayList<>(List.of("series", experiment.axis().title(), "seeds"));
    head.addAll(measures);
    head.add("seconds a run");
    lines.add(row(head));
    lines.add(row(head.stream().map(name -> "---").toList()));
    for (Experiment.Cell cell : experiment.cells()) {
      List<SeedResult> results = store.results(cell.point());
      if (!results.isEmpty()) {
        lines.add(row(cell, results, measures));
      }
    }
    return lines.stream().collect(Collectors.joining("\n", "", "\n"));
  }

  private static String row(Experiment.Cell cell, List<SeedResult> results, Set<String> measures) {
    List<String> row = new ArrayList<>();
    row.add(cell.series());
    row.add(cell.label());
    row.add(Integer.toString(results.size()));
    for (String measure : measures) {
      row.add(spread(results, measure).text());
    }
    double seconds = results.stream().mapToDouble(SeedResult::seconds).average().orElseThrow();
    row.add(String.format(Locale.ROOT, "%.1f", seconds));
    return row(row);
  }

  private static String row(List<String> fields) {
    return fields.stream().collect(Collectors.joining(" | ", "| ", " |"));
  }

  /** The spread of a measure over the results that have it. */
  static Spread spread(List<SeedResult> results, String measure) {
    return Spread.of(
        results.stream()
            .filter(result -> result.measures().containsKey(measure))
            .map(result -> result.measures().get(measure))
            .toList());
  }
}
