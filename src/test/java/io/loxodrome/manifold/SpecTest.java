package io.loxodrome.manifold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifolds as text. */
class SpecTest {

  @ParameterizedTest
  @FieldSource("io.loxodrome.manifold.Examples#SPECS")
  void everySpecRoundTrips(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    assertThat(manifold.spec()).isEqualTo(spec);
    WeightManifold again = WeightManifold.parse(manifold.spec());
    assertThat(again).isEqualTo(manifold).hasSameHashCodeAs(manifold);
  }

  @Test
  void differentSpecsAreDifferentManifolds() {
    assertThat(Examples.manifolds().distinct()).hasSize(Examples.SPECS.size());
  }

  @ParameterizedTest
  @CsvSource({
    "fourier:1, ellipse",
    "bezier:1, line",
    "spline:8:clamped, spline:8",
    "'product(ellipse,ellipse)', torus",
    "'product(line,line)', sheet",
    "'product(bezier:1,line)', sheet",
    "'product(spline:6,spline:7)', spline-sheet:6x7",
    "'  product( line , product(ellipse, spline : 8) ) ', 'product(line,product(ellipse,spline:8))'"
  })
  void equivalentTextsAreTheSameManifold(String text, String canonical) {
    assertThat(WeightManifold.parse(text).spec()).isEqualTo(canonical);
    assertThat(WeightManifold.parse(text)).isEqualTo(WeightManifold.parse(canonical));
  }

  @ParameterizedTest
  @CsvSource({
    "point, 1, 0",
    "line, 2, 1",
    "rod, 2, 1",
    "ellipse, 3, 1",
    "fourier:4, 9, 1",
    "bezier:3, 4, 1",
    "spline:12:periodic, 12, 1",
    "torus, 9, 2",
    "sheet, 4, 2",
    "spline-sheet:6x7, 42, 2",
    "sphere:1, 4, 2",
    "sphere:2, 9, 2",
    "'product(line,torus)', 18, 3",
    "'replicas(20,point)', 20, 1",
    "'replicas( 20 , ellipse )', 60, 2"
  })
  void sizesAreRight(String spec, int basisSize, int dimensions) {
    WeightManifold manifold = WeightManifold.parse(spec);
    assertThat(manifold.basisSize()).isEqualTo(basisSize);
    assertThat(manifold.dimensions()).isEqualTo(dimensions);
    assertThat(manifold.gram().size()).isEqualTo(basisSize);
  }

  @ParameterizedTest
  @ValueSource(strings = {"helix", "", "Ellipse", "lines", "spline8", "product", ":", "product[a]"})
  void unknownSpecListsTheKnownOnes(String spec) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightManifold.parse(spec))
        .withMessageContaining("'" + spec + "'")
        .withMessageContainingAll(WeightManifold.knownSpecs().toArray(new CharSequence[0]));
  }

  @Test
  void everyKnownFormCanBeRead() {
    for (String form : WeightManifold.knownSpecs()) {
      String spec =
          form.replace("NxM", "5x6")
              .replaceAll(":[NMD]", ":5")
              .replace("(N,", "(5,")
              .replace("A", "line")
              .replace("B", "rod");
      assertThat(WeightManifold.parse(spec).spec()).isEqualTo(spec);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "spline:3, 3, '[4, 1048576]'",
    "spline:3:periodic, 3, '[4, 1048576]'",
    "spline:-8, -8, '[4, 1048576]'",
    "spline:2000000, 2000000, '[4, 1048576]'",
    "fourier:0, 0, '[1, 524287]'",
    "fourier:524288, 524288, '[1, 524287]'",
    "bezier:-1, -1, '[1, 12]'",
    "bezier:0, 0, '[1, 12]'",
    "bezier:13, 13, '[1, 12]; for more basis points use spline:N'",
    "sphere:0, 0, '[1, 2]'",
    "sphere:3, 3, '[1, 2]'",
    "spline-sheet:3x6, 3, '[4, 1048576]'",
    "'product(line,fourier:0)', 0, '[1, 524287]'",
    "'replicas(0,line)', 0, '[1, 1048576]'"
  })
  void numbersOutOfRangeNameValueAndBound(String spec, String value, String bound) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightManifold.parse(spec))
        .withMessageContaining(" " + value + " must lie in " + bound);
  }

  @ParameterizedTest
  @CsvSource({
    "fourier, takes one number",
    "fourier:, not a whole number",
    "fourier:two, 'two'",
    "fourier:2.5, '2.5'",
    "fourier:99999999999, fits 32 bits",
    "bezier:3:4, takes one number",
    "ellipse:3, takes no number",
    "line:, takes no number",
    "spline, write spline:8",
    "spline:8:open, 'open'",
    "spline:8:periodic:9, write spline:8",
    "spline-sheet:6, write spline-sheet:6x8",
    "spline-sheet:6x, not a whole number",
    "spline-sheet:6x7x8, write spline-sheet:6x8",
    "product(line), 'write product(A,B)'",
    "'product(line,ellipse', 'write product(A,B)'",
    "'product(line,ellipse,rod)', 'unknown manifold ''ellipse,rod'''",
    "'product(line,ellipse))', 'unknown manifold ''ellipse)'''",
    "'product(,line)', unknown manifold ''",
    "'product(line,helix)', unknown manifold 'helix'",
    "replicas(3), 'write replicas(N,A)'",
    "'replicas(3,line', 'write replicas(N,A)'",
    "'replicas(three,line)', 'three'",
    "'replicas(3,helix)', unknown manifold 'helix'"
  })
  void malformedSpecsSayWhatIsWrong(String spec, String complaint) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightManifold.parse(spec))
        .withMessageContaining(complaint.replace("''", "'"));
  }

  @Test
  void productsTooLargeOrTooDeepAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightManifold.parse("product(spline:100000,spline:100000)"))
        .withMessageContainingAll("10000000000", "1048576");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightManifold.parse("replicas(1000,spline:2000)"))
        .withMessageContainingAll("2000000", "1048576");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightManifold.parse("product(".repeat(100_000)))
        .withMessageContaining("4096 characters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightManifold.parse("product(".repeat(512)));
  }
}
