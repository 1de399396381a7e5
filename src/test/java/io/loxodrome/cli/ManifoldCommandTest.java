package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.loxodrome.manifold.WeightManifold;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifoldCommandTest {
  private static JsonObject json(String... arguments) {
    String out = Outcome.of(arguments).succeeded().out();
    assertThat(out.lines()).hasSize(1);
    return JsonParser.parseString(out).getAsJsonObject();
  }

  private static double[][] matrix(JsonObject json, String name) {
    JsonArray rows = json.getAsJsonArray(name);
    double[][] matrix = new double[rows.size()][];
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = row(rows.get(i).getAsJsonArray());
    }
    return matrix;
  }

  private static double[] row(JsonArray values) {
    double[] row = new double[values.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = values.get(i).getAsDouble();
    }
    return row;
  }

  @Test
  void theEllipseIsShownAsItIs() {
    JsonObject json = json("manifold", "ellipse", "--json", "--at", "0.25");
    assertThat(json.keySet())
        .containsExactly(
            "manifold",
            "basis_size",
            "dimensions",
            "gram",
            "inverse",
            "condition_number",
            "sup_k",
            "coefficients");
    assertThat(json.get("manifold").getAsString()).isEqualTo("ellipse");
    assertThat(json.get("basis_size").getAsInt()).isEqualTo(3);
    assertThat(json.get("dimensions").getAsInt()).isEqualTo(1);
    assertThat(matrix(json, "gram"))
        .isDeepEqualTo(new double[][] {{1, 0, 0}, {0, 0.5, 0}, {0, 0, 0.5}});
    assertThat(matrix(json, "inverse"))
        .isDeepEqualTo(new double[][] {{1, 0, 0}, {0, 2, 0}, {0, 0, 2}});
    assertThat(json.get("condition_number").getAsDouble()).isEqualTo(2);
    assertThat(json.get("sup_k").getAsDouble()).isCloseTo(3, Offset.offset(1e-12));
    assertThat(row(json.getAsJsonArray("coefficients")))
        .containsExactly(new double[] {1, 0, 1}, Offset.offset(1e-15));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "line",
        "rod",
        "ellipse",
        "fourier:2",
        "bezier:3",
        "spline:8",
        "spline:12:periodic",
        "spline:6:unclamped",
        "torus",
        "sheet",
        "spline-sheet:4x5",
        "sphere:1",
        "sphere:2",
        "product(line,ellipse)"
      })
  void everyManifoldIsShownExactly(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    JsonObject json = json("manifold", "--json", spec);
    assertThat(json.get("manifold").getAsString()).isEqualTo(manifold.spec());
    assertThat(json.get("basis_size").getAsInt()).isEqualTo(manifold.basisSize());
    assertThat(json.get("dimensions").getAsInt()).isEqualTo(manifold.dimensions());
    assertThat(matrix(json, "gram")).isDeepEqualTo(manifold.gram().matrix());
    assertThat(matrix(json, "inverse")).isDeepEqualTo(manifold.gram().inverse());
    assertThat(json.get("condition_number").getAsDouble())
        .isEqualTo(manifold.gram().conditionNumber());
    assertThat(json.get("sup_k").getAsDouble()).isEqualTo(manifold.supremum());
    assertThat(json.has("coefficients")).isFalse();
  }

  @Test
  void peopleSeeTheSameNumbers() {
    String out = Outcome.of("manifold", "line", "--at", "0.25").succeeded().out();
    assertThat(out.lines())
        .containsExactly(
            "line",
            "  basis points n      2",
            "  conditioning values 1",
            "  condition number    3.00000",
            "  sup k               4.00000 (the curve moves at most so many times as fast as a"
                + " point)",
            "  Gram matrix G",
            "       0.333333    0.166667",
            "       0.166667    0.333333",
            "  inverse",
            "        4.00000    -2.00000",
            "       -2.00000     4.00000",
            "  coefficients a(s)",
            "       0.750000    0.250000");
  }

  @Test
  void aSurfacesPlaceIsANumberPerDimension() {
    JsonObject json = json("manifold", "sheet", "--at", "0.25,0.5", "--json");
    assertThat(row(json.getAsJsonArray("coefficients")))
        .containsExactly(0.375, 0.375, 0.125, 0.125);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "-0.1", "1.5", "Infinity"})
  void aPlaceOutOfRangeIsRefused(String place) {
    Outcome outcome = Outcome.of("manifold", "ellipse", "--at", place);
    outcome.wasMisused(
        "loxodrome manifold",
        "--at: s[0] = " + Double.valueOf(place) + " of manifold ellipse must lie in [0, 1]");
  }

  @Test
  void aPlaceOfAnotherDimensionIsRefused() {
    Outcome.of("manifold", "ellipse", "--at", "0.1,0.2")
        .wasMisused("loxodrome manifold", "--at: s has length 2; manifold ellipse needs 1");
  }

  @Test
  void anUnknownManifoldIsAnsweredWithTheKnownOnes() {
    Outcome.of("manifold", "knot")
        .wasMisused(
            "loxodrome manifold",
            "Invalid value for positional parameter at index 0 (SPEC): unknown manifold 'knot';"
                + " known are "
                + String.join(", ", WeightManifold.knownSpecs()));
  }

  @Test
  void aManifoldWithNoNameIsRefused() {
    Outcome.of("manifold").wasMisused("loxodrome manifold", "Missing required parameter: 'SPEC'");
  }

  @Test
  void matricesThatNobodyCanReadAreRefused() {
    Outcome.of("manifold", "spline:1000000", "--json")
        .wasMisused(
            "loxodrome manifold",
            "spline:1000000 has 1000000 basis points, matrices are shown of at most 1024");
  }
}
