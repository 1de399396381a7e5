package io.loxodrome.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a manifold is: its basis size, metric, and how fast it moves. */
@Command(
    name = "manifold",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Prints a manifold's basis size, Gram matrix, inverse and sup k.")
final class ManifoldCommand implements Callable<Integer> {
  /** Two dense matrices of this size are 16 MB; larger ones nobody reads. */
  private static final int MOST_BASIS_POINTS = 1024;

  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "SPEC",
      converter = Converters.Manifold.class,
      description = "For example ellipse, spline:8, product(line,ellipse).")
  private WeightManifold manifold = WeightManifold.parse("point");

  @Option(
      names = "--at",
      paramLabel = "S",
      split = ",",
      description = "Also print the coefficients a(s) at this place, a number per dimension.")
  private @Nullable List<Double> at;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (manifold.basisSize() > MOST_BASIS_POINTS) {
      throw usage(
          "%s has %d basis points, matrices are shown of at most %d"
              .formatted(manifold.spec(), manifold.basisSize(), MOST_BASIS_POINTS));
    }
    double[] coefficients = at == null ? null : coefficients(at);
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(json(coefficients));
    } else {
      print(out, coefficients);
    }
    out.flush();
    return 0;
  }

  private double[] coefficients(List<Double> place) {
    double[] a = new double[manifold.basisSize()];
    try {
      manifold.coefficients(place.stream().mapToDouble(Double::doubleValue).toArray(), a);
    } catch (IllegalArgumentException e) {
      throw usage("--at: " + e.getMessage());
    }
    return a;
  }

  private ParameterException usage(String message) {
    return new ParameterException(command.commandLine(), message);
  }

  private String json(double @Nullable [] coefficients) {
    Gram gram = manifold.gram();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("manifold", manifold.spec());
    fields.put("basis_size", manifold.basisSize());
    fields.put("dimensions", manifold.dimensions());
    fields.put("gram", gram.matrix());
    fields.put("inverse", gram.inverse());
    fields.put("condition_number", gram.conditionNumber());
    fields.put("sup_k", manifold.supremum());
    if (coefficients != null) {
      fields.put("coefficients", coefficients);
    }
    Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    return gson.toJson(fields);
  }

  private void print(PrintWriter out, double @Nullable [] coefficients) {
    Gram gram = manifold.gram();
    out.printf("%s%n", manifold.spec());
    out.printf("  basis points n      %d%n", manifold.basisSize());
    out.printf("  conditioning values %d%n", manifold.dimensions());
    out.printf(Locale.ROOT, "  condition number    %.6g%n", gram.conditionNumber());
    out.printf(
        Locale.ROOT,
        "  sup k               %.6g (the curve moves at most so many times as fast as a point)%n",
        manifold.supremum());
    matrix(out, "Gram matrix G", gram.matrix());
    matrix(out, "inverse", gram.inverse());
    if (coefficients != null) {
      matrix(out, "coefficients a(s)", new double[][] {coefficients});
    }
  }

  private static void matrix(PrintWriter out, String name, double[][] matrix) {
    out.printf("  %s%n", name);
    for (double[] row : matrix) {
      StringBuilder line = new StringBuilder("   ");
      for (double value : row) {
        line.append(String.format(Locale.ROOT, " %11.6g", value));
      }
      out.println(line);
    }
  }
}
