package io.loxodrome.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TapeTest {
  private static final Shape PAIR = Shape.of(2);

  private final Device device = Device.open("reference:float64");
  private final Variable leaf = Variable.leaf("x", device.allocate(PAIR).write(pair(1, 2)));
  private final Tensor cotangent = device.allocate(PAIR).write(pair(10, 100));

  @AfterEach
  void everythingIsFreed() {
    leaf.close();
    cotangent.close();
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private static double[] pair(double first, double second) {
    return new double[] {first, second};
  }

  /** factor x. */
  private static Variable scale(Tape tape, double factor, Variable x) {
    Tensor y = tape.allocate(PAIR);
    tape.operators().elementwise().fill(y, 0);
    tape.operators().elementwise().addScaled(y, factor, x.value());
    return tape.record(
        "scale by " + factor,
        y,
        List.of(x),
        (outputGradient, targets) -> {
          Tensor target = targets.wanted(0);
          if (target != null) {
            tape.operators().elementwise().fill(target, 0);
            tape.operators().elementwise().addScaled(target, factor, outputGradient);
          }
        });
  }

  /** x + y. */
  private static Variable add(Tape tape, Variable x, Variable y) {
    Tensor sum = tape.allocate(PAIR);
    tape.operators().elementwise().copy(x.value(), sum);
    tape.operators().elementwise().addScaled(sum, 1, y.value());
    return tape.record(
        "add",
        sum,
        List.of(x, y),
        (outputGradient, targets) -> {
          tape.operators().elementwise().copy(outputGradient, targets.at(0));
          tape.operators().elementwise().copy(outputGradient, targets.at(1));
        });
  }

  @Test
  void gradientsOfAllUsesAdd() {
    try (Tape tape = Tape.recording(device)) {
      Variable twice = scale(tape, 2, leaf);
      Variable y = add(tape, add(tape, twice, leaf), scale(tape, 5, twice));
      assertThat(y.value().toDoubles()).containsExactly(13, 26);
      tape.backward(y, cotangent);
    }
    assertThat(leaf.gradient().toDoubles()).containsExactly(130, 1300);
  }

  @Test
  void bothOperandsMayBeTheSameVariable() {
    try (Tape tape = Tape.recording(device)) {
      tape.backward(add(tape, leaf, leaf), cotangent);
    }
    assertThat(leaf.gradient().toDoubles()).containsExactly(20, 200);
  }

  @Test
  void everyPassStartsAnewInTheSameMemory() {
    try (Tape tape = Tape.recording(device)) {
      tape.backward(add(tape, leaf, leaf), cotangent);
    }
    Tensor memory = leaf.gradient();
    try (Tape tape = Tape.recording(device)) {
      tape.backward(scale(tape, 3, leaf), cotangent);
    }
    assertThat(leaf.gradient()).isSameAs(memory);
    assertThat(memory.toDoubles()).containsExactly(30, 300);
  }

  @Test
  void sweepsCarrySeveralCotangentsFromAnyVariable() {
    try (Tape tape = Tape.recording(device);
        Tensor other = device.allocate(PAIR).write(pair(-1, 1))) {
      Variable middle = scale(tape, 2, leaf);
      Variable last = scale(tape, 7, middle);
      tape.sweep(last, cotangent);
      assertThat(middle.gradient().toDoubles()).containsExactly(70, 700);
      assertThat(leaf.gradient().toDoubles()).containsExactly(140, 1400);
      tape.sweep(last, other);
      assertThat(middle.gradient().toDoubles()).containsExactly(-7, 7);
      assertThat(leaf.gradient().toDoubles()).containsExactly(-14, 14);
      tape.sweep(middle, other);
      assertThat(middle.hasGradient()).isFalse();
      assertThat(leaf.gradient().toDoubles()).containsExactly(-2, 2);
      tape.backward(last, cotangent);
      assertThat(leaf.gradient().toDoubles()).containsExactly(140, 1400);
    }
  }

  @Test
  void passLeavesOutWhatItsStartDoesNotDependOn() {
    try (Tape tape = Tape.recording(device);
        Variable aside = Variable.leaf("aside", device.zeros(PAIR))) {
      Variable unused = scale(tape, 4, aside);
      Variable y = scale(tape, 2, leaf);
      add(tape, y, unused);
      tape.backward(y, cotangent);
      assertThat(aside.hasGradient()).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(aside::gradient)
          .withMessageContaining("aside has no gradient");
    }
    assertThat(leaf.gradient().toDoubles()).containsExactly(20, 200);
  }

  @Test
  void gradientOfAnEarlierPassIsGoneWhereTheNextDoesNotReach() {
    try (Tape tape = Tape.recording(device);
        Variable other = Variable.leaf("other", device.zeros(PAIR))) {
      Variable y = scale(tape, 2, leaf);
      Variable z = scale(tape, 2, other);
      tape.sweep(y, cotangent);
      tape.sweep(z, cotangent);
      assertThat(leaf.hasGradient()).isFalse();
      assertThat(other.hasGradient()).isTrue();
    }
  }

  @Test
  void backwardFreesResultsOnTheWay() {
    try (Tape tape = Tape.recording(device)) {
      Variable y = scale(tape, 2, leaf);
      tape.backward(y, cotangent);
      assertThatIllegalStateException().isThrownBy(() -> y.value().toDoubles());
      long leafAndCotangent = 3 * 2 * Double.BYTES;
      assertThat(device.bytesInUse()).isEqualTo(leafAndCotangent);
    }
  }

  @Test
  void closeFreesTheCotangentsThatASweepLeft() {
    long before = device.bytesInUse();
    try (Tape tape = Tape.recording(device)) {
      tape.sweep(scale(tape, 3, scale(tape, 2, leaf)), cotangent);
    }
    long leafGradient = 2 * Double.BYTES;
    assertThat(device.bytesInUse()).isEqualTo(before + leafGradient);
  }

  @Test
  void constantsNeedNoGradientAndCostNone() {
    Variable constant = Variable.constant("data", cotangent);
    try (Tape tape = Tape.recording(device)) {
      Variable y = scale(tape, 2, constant);
      assertThat(y.needsGradient()).isFalse();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tape.backward(y, cotangent))
          .withMessageContaining("needs a gradient");
      tape.backward(add(tape, y, leaf), cotangent);
    }
    assertThat(constant.hasGradient()).isFalse();
    constant.close();
    assertThat(cotangent.toDoubles()).containsExactly(10, 100);
  }

  @Test
  void evaluationTapeHasNoWayBack() {
    try (Tape tape = Tape.forwardOnly(device)) {
      Variable y = scale(tape, 2, leaf);
      assertThat(y.needsGradient()).isFalse();
      assertThat(tape.tracks(List.of(leaf))).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(() -> tape.backward(y, cotangent))
          .withMessageContaining("Tape.recording");
    }
  }

  @Test
  void secondBackwardIsRefused() {
    try (Tape tape = Tape.recording(device)) {
      Variable y = scale(tape, 2, leaf);
      tape.backward(y, cotangent);
      assertThatIllegalStateException()
          .isThrownBy(() -> tape.backward(y, cotangent))
          .withMessageContaining("consumed");
      assertThatIllegalStateException().isThrownBy(() -> tape.sweep(y, cotangent));
      assertThatIllegalStateException().isThrownBy(() -> scale(tape, 2, leaf));
    }
  }

  @Test
  void useAfterCloseIsRefused() {
    Tape tape = Tape.recording(device);
    Variable y = scale(tape, 2, leaf);
    tape.close();
    tape.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> tape.allocate(PAIR))
        .withMessageContaining("after close");
    assertThatIllegalStateException().isThrownBy(() -> tape.backward(y, cotangent));
    assertThatIllegalStateException().isThrownBy(tape::firstNonFinite);
  }

  @Test
  void resultsOfAnotherTapeAreRefused() {
    try (Tape one = Tape.recording(device);
        Tape two = Tape.recording(device)) {
      Variable y = scale(one, 2, leaf);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scale(two, 3, y))
          .withMessageContaining("scale by 2.0")
          .withMessageContaining("another tape");
      assertThatIllegalArgumentException().isThrownBy(() -> two.backward(y, cotangent));
    }
  }

  @Test
  void cotangentOfAnotherShapeIsRefusedNamingBoth() {
    try (Tape tape = Tape.recording(device);
        Tensor longer = device.zeros(Shape.of(3))) {
      Variable y = scale(tape, 2, leaf);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tape.backward(y, longer))
          .withMessageContaining("3")
          .withMessageContaining("expected 2");
      tape.backward(y, cotangent);
    }
  }

  @Test
  void firstNonFiniteValueIsNamedInTheOrderOfUse() {
    try (Tape tape = Tape.recording(device);
        Tensor large = device.allocate(PAIR).write(pair(1e300, 1))) {
      Variable y = add(tape, leaf, Variable.constant("images", large));
      assertThat(tape.firstNonFinite()).isEmpty();
      Variable overflow = scale(tape, 1e10, y);
      scale(tape, 0, overflow);
      assertThat(tape.firstNonFinite()).containsSame(overflow);
      assertThat(overflow.origin()).isEqualTo("scale by 1.0E10");
    }
  }

  @Test
  void inputsAreBlamedBeforeTheLayersTheyEnter() {
    leaf.value().write(pair(Double.NaN, 0));
    try (Tape tape = Tape.recording(device)) {
      scale(tape, 2, leaf);
      assertThat(tape.firstNonFinite()).containsSame(leaf);
    }
  }

  /** y = x + factor leaf, which knows the leaf's part. */
  private Variable shift(Tape tape, double factor, Variable x, Variable leaf) {
    Tensor y = tape.allocate(PAIR);
    tape.operators().elementwise().copy(x.value(), y);
    tape.operators().elementwise().addScaled(y, factor, leaf.value());
    return tape.record(
        "shift by " + factor,
        y,
        List.of(x, leaf),
        (outputGradient, targets) -> {
          Tensor target = targets.wanted(0);
          if (target != null) {
            tape.operators().elementwise().copy(outputGradient, target);
          }
          assertThat(targets.wanted(1)).as("gradient of the leaf").isNull();
        },
        new ShiftFactor(leaf, factor));
  }

  private record ShiftFactor(Variable leaf, double factor) implements ParameterFactor {
    @Override
    public List<Variable> parameters() {
      return List.of(leaf);
    }

    @Override
    public Tensor coefficients() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void pullBack(Tensor cotangent, List<Tensor> rows) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void probesShowWhatReachesEachFactorAndGoToNoLeaf() {
    Variable constant = Variable.constant("c", cotangent);
    try (Tape tape = Tape.recording(device)) {
      Variable first = shift(tape, 2, constant, leaf);
      Variable sum = add(tape, scale(tape, 3, first), first);
      Variable last = shift(tape, 5, sum, leaf);
      for (int pass = 0; pass < 2; pass++) {
        List<String> seen = new ArrayList<>();
        tape.probe(
            last,
            cotangent,
            (factor, reached) ->
                seen.add(
                    ((ShiftFactor) factor).factor + " " + Arrays.toString(reached.toDoubles())));
        assertThat(seen).containsExactly("5.0 [10.0, 100.0]", "2.0 [40.0, 400.0]");
      }
      assertThat(leaf.hasGradient()).isFalse();
    }
  }

  @Test
  void probesRefuseOperationsThatKnowNoFactorForTheirLeaf() {
    try (Tape tape = Tape.recording(device)) {
      Variable y = scale(tape, 2, leaf);
      assertThatIllegalStateException()
          .isThrownBy(() -> tape.probe(y, cotangent, (factor, reached) -> {}))
          .withMessageContaining("scale by 2.0 has no factor for x");
    }
  }
}
