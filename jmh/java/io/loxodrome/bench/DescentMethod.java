package io.loxodrome.bench;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Adam;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.riemann.RiemannianSgd;
import java.util.List;

/** What is compared: SGD with momentum in three metrics, and Adam. */
enum DescentMethod {
  /** Blind to the manifold: basis points are numbers like any others. */
  SGD("SGD"),
  ADAM("Adam"),
  METRIC("SGD, G^-1"),
  RIEMANNIAN_SAMPLED("riemannian, 1 probe"),
  RIEMANNIAN_EXACT("riemannian, exact"),
  RIEMANNIAN_LIGHT("riemannian, exact, mu 1e-4", 1e-4);

  private final String label;
  private final double damping;

  DescentMethod(String label) {
    this(label, RiemannianSgd.Settings.DEFAULT_DAMPING);
  }

  DescentMethod(String label, double damping) {
    this.label = label;
    this.damping = damping;
  }

  String label() {
    return label;
  }

  /**
   * The optimiser itself, with the momentum that it has by default.
   *
   * @param factor of the loss, for a layerwise metric
   */
  Optimizer optimizer(
      Device device, List<Parameter> parameters, double learningRate, OutputFactor factor) {
    return switch (this) {
      case SGD, METRIC ->
          new Sgd(device, parameters, Sgd.Settings.defaults().withLearningRate(learningRate));
      case ADAM ->
          new Adam(device, parameters, Adam.Settings.adam().withLearningRate(learningRate));
      case RIEMANNIAN_SAMPLED, RIEMANNIAN_EXACT, RIEMANNIAN_LIGHT ->
          riemannian(device, parameters, learningRate, factor);
    };
  }

  private Optimizer riemannian(
      Device device, List<Parameter> parameters, double learningRate, OutputFactor factor) {
    RiemannianSgd.Settings settings =
        RiemannianSgd.Settings.of(factor).withDamping(damping).withLearningRate(learningRate);
    return new RiemannianSgd(device, parameters, settings);
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
