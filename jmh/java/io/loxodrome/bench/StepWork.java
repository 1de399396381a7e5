package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The least there is to do in a training step of {@link io.loxodrome.nn.PaperCnn}: its layers
 * forward and backward, and the update of all basis points.
 */
final class StepWork {
  private StepWork() {}

  /** The parts, one after the other; the loss and the coefficients are too small to count. */
  static List<Work> parts(WeightManifold manifold, int batch) {
    int n = manifold.basisSize();
    List<LayerWork> layers = new ArrayList<>();
    List<Work> parts = new ArrayList<>();
    for (String name : PaperLayers.CONVOLUTIONS) {
      layers.add(LayerWork.of(PaperLayers.convolution(name), n, batch));
      parts.add(update(PaperLayers.convolution(name).weightShape().under(n)));
    }
    for (String name : PaperLayers.LINEAR) {
      layers.add(LayerWork.of(PaperLayers.linear(name), n, batch));
      parts.add(update(PaperLayers.linear(name).weightShape().under(n)));
    }
    layers.forEach(layer -> parts.add(layer.forward()));
    parts.add(layers.get(0).backwardOfFirst());
    layers.subList(1, layers.size()).forEach(layer -> parts.add(layer.backward()));
    return parts;
  }

  /**
   * Momentum SGD: basis points, gradient and velocity read, two of them written.
   *
   * @param basis of the basis points
   */
  static Work update(Shape basis) {
    return Work.of(0, basis, basis, basis, basis, basis);
  }
}
