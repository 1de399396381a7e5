package io.loxodrome.bench;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Adam;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import io.loxodrome.riemann.RiemannianSgd;
import java.util.List;

/** What is compared: SGD in three metrics, and Adam. */
enum DescentMethod {
  /** Blind to the manifold: basis points are numbers like any others. */
  SGD("SGD"),
  ADAM("Adam"),
  METRIC("SGD, G^-1"),
  RIEMANNIAN_SAMPLED("riemannian, 1 probe, mu 0.1", 0.1),
  RIEMANNIAN_SAMPLED_HEAVY("riemannian, 1 probe, mu 1", 1),
  RIEMANNIAN_EXACT("riemannian, exact, mu 0.1", 0.1),
  RIEMANNIAN_EXACT_HEAVY("riemannian, exact, mu 1", 1),
  RIEMANNIAN_EXACT_LIGHT("riemannian, exact, mu 1e-4", 1e-4);

  private final String label;
  private final double damping;

  DescentMethod(String label) {
    this(label, 0);
  }

  DescentMethod(String label, double damping) {
    this.label = label;
    this.damping = damping;
  }

  String label() {
    return label;
  }

  /** Whether the loss's metric has one random column for each example instead of all. */
  boolean isSampled() {
    return this == RIEMANNIAN_SAMPLED || this == RIEMANNIAN_SAMPLED_HEAVY;
  }

  /**
   * The optimiser itself, with the momentum that it has by default.
   *
   * @param layerwise what there is to a layerwise metric but damping and rate
   */
  Optimizer optimizer(
      Device device,
      List<Parameter> parameters,
      double learningRate,
      RiemannianSgd.Settings layerwise) {
    return switch (this) {
      case SGD, METRIC ->
          new Sgd(device, parameters, Sgd.Settings.defaults().withLearningRate(learningRate));
      case ADAM ->
          new Adam(device, parameters, Adam.Settings.adam().withLearningRate(learningRate));
      default ->
          new RiemannianSgd(
              device, parameters, layerwise.withDamping(damping).withLearningRate(learningRate));
    };
  }

  /** The parameter in the metric that the method sees, in the place of the one given. */
  Parameter seen(Parameter parameter) {
    WeightManifold manifold = parameter.manifold();
    return new Parameter(parameter.name(), manifold, metric(manifold), parameter.basis());
  }

  private Gram metric(WeightManifold manifold) {
    return this == SGD
        ? WeightManifold.parse("replicas(%d,point)".formatted(manifold.basisSize())).gram()
        : manifold.gram();
  }
}
