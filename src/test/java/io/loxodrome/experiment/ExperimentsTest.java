package io.loxodrome.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.train.OptimizerChoice;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ExperimentsTest {
  private static final RunPoint BASE = Points.ELLIPSE;

  private static List<ConditioningMethod> methods(String... specs) {
    return List.of(specs).stream().map(ConditioningMethod::parse).toList();
  }

  private static List<PenalizedMethod> penalized(String... specs) {
    return List.of(specs).stream().map(PenalizedMethod::parse).toList();
  }

  private static List<String> tasks(Experiment experiment) {
    return experiment.points().stream().map(point -> point.task().spec()).toList();
  }

  @Test
  void fixedSharesAreAnglesOfTheGrid() {
    Experiment experiment =
        Experiments.rotation(
            BASE, methods("none"), Experiments.AngleChoice.FIXED, List.of(0.001, 0.025, 0.1, 1.0));
    assertThat(tasks(experiment))
        .containsExactly("turned:fixed:1", "turned:fixed:9", "turned:fixed:36", "turned:fixed:360");
    assertThat(experiment.cells().stream().map(Experiment.Cell::label))
        .containsExactly("0.1", "2.5", "10", "100");
  }

  @Test
  void arcsHaveTheShareItself() {
    Experiment experiment =
        Experiments.rotation(
            BASE, methods("none"), Experiments.AngleChoice.ARC, List.of(0.025, 1.0));
    assertThat(tasks(experiment)).containsExactly("turned:arc:0.025", "turned:arc:1");
  }

  @Test
  void everyMethodIsASeriesOverAllShares() {
    Experiment experiment =
        Experiments.rotation(
            BASE,
            methods("ellipse", "embed:circle"),
            Experiments.AngleChoice.FIXED,
            List.of(0.1, 0.5));
    assertThat(experiment.series().keySet()).containsExactly("ellipse", "embed:circle");
    assertThat(experiment.points()).hasSize(4);
    assertThat(experiment.measure()).isEqualTo("accuracy");
  }

  @Test
  void noiseIsTrainedUpToEachMaximum() {
    Experiment experiment = Experiments.noise(BASE, penalized("line", "none"), List.of(0.25, 1.0));
    assertThat(tasks(experiment))
        .containsExactly("noisy:0.25", "noisy:1.0", "noisy:0.25", "noisy:1.0");
    assertThat(experiment.measure()).isEqualTo("accuracy_seen");
  }

  @Test
  void aPenaltyIsASeriesOfItsOwn() {
    RunPoint base = BASE.with(BASE.optimizer().withL2(0.5));
    Experiment experiment =
        Experiments.noise(base, penalized("line+l2:0.0001", "line", "none+l2:0"), List.of(1.0));
    assertThat(experiment.series().keySet()).containsExactly("line+l2:0.0001", "line", "none+l2:0");
    assertThat(experiment.points().stream().map(point -> point.optimizer().l2()))
        .containsExactly(0.0001, 0.5, 0.0);
    assertThat(experiment.points().stream().map(point -> point.settings().get("l2")))
        .containsExactly("1.0E-4", "0.5", null);
  }

  @Test
  void aPenaltyOutOfItsRangeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PenalizedMethod.parse("line+l2:much"))
        .withMessage(
            "lambda of 'line+l2:much' is no number, expected METHOD+l2:LAMBDA as in line+l2:0.001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Experiments.noise(BASE, penalized("line+l2:-1"), List.of(1.0)))
        .withMessage("l2 is -1.0, must be at least 0 and finite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Experiments.noise(BASE, penalized("line+l2:NaN"), List.of(1.0)))
        .withMessage("l2 is NaN, must be at least 0 and finite");
  }

  @Test
  void optimisersAreCategories() {
    OptimizerChoice paper =
        new OptimizerChoice(
            OptimizerChoice.Rule.ADAM, AdamStep.Form.PAPER, 1e-3, 0, 0, OptionalDouble.empty());
    OptimizerChoice sgd = OptimizerChoice.of(OptimizerChoice.Rule.SGD);
    Experiment experiment = Experiments.optimizers(BASE, methods("ellipse"), List.of(sgd, paper));
    assertThat(experiment.cells().stream().map(Experiment.Cell::label))
        .containsExactly("sgd", "adam paper");
    assertThat(experiment.axis().scale()).isEqualTo(Experiment.Scale.CATEGORIES);
    assertThat(tasks(experiment)).containsOnly("turned:fixed:36");
    assertThat(tasks(Experiments.unconditioned(BASE, methods("ellipse"), List.of(sgd))))
        .containsOnly("unconditioned");
  }

  @Test
  void whatCannotBeRunIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Experiments.rotation(
                    BASE, methods("torus"), Experiments.AngleChoice.FIXED, List.of(0.1)))
        .withMessageStartingWith("manifold torus takes 2 conditioning values");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Experiments.rotation(
                    BASE, methods("none"), Experiments.AngleChoice.FIXED, List.of(1.5)))
        .withMessage("share of angles is 1.5, must be above 0 and at most 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Experiments.rotation(
                    BASE, methods("none", "none"), Experiments.AngleChoice.FIXED, List.of(0.1)))
        .withMessage("rotation has two points of none at 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Experiments.noise(BASE, List.of(), List.of(0.1)))
        .withMessage("noise has no points");
  }
}
