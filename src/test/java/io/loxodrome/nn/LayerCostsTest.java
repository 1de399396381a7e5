package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerCostsTest {
  private static final WeightManifold LINE = WeightManifold.parse("line");
  private static final Linear SQUARE = new Linear(6, 6, Activation.RELU);

  /** Four places on the line, three of them different. */
  private static final double[] PLACES = {0.25, 0.5, 0.25, 1};

  private static List<LayerCosts> costs(Device device, Layer layer) {
    List<LayerCosts> heard = new ArrayList<>();
    try (Tensor s = device.allocate(Shape.of(PLACES.length, 1)).write(PLACES);
        Conditioning conditioning = new Conditioning(device, s)) {
      layer.planCosts(device, conditioning, heard::add);
    }
    return heard;
  }

  @Test
  void aLayerInTwoPlacesCostsTwiceAndOneWithoutWeightsNothing() {
    try (Device device = Device.open("reference");
        Layer linear =
            ManifoldLinear.initialized(device, "square", LINE, SQUARE, new Initialization(1))) {
      LayerCosts square = new LayerCosts("square", "6 to 6, ReLU", 4, 2, 3, List.of());
      assertThat(costs(device, Sequential.of(linear, new Relu("relu"), linear)))
          .containsExactly(square, square);
      assertThat(square.taken()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cpu:inputs"})
  void askingChangesNothing(String name) {
    try (Device device = Device.open(name);
        Layer network =
            PaperCnn.initialized(device, LINE, Shape.of(1, 8, 8), 3, new Initialization(1))) {
      List<double[]> before = values(network);
      assertThat(costs(device, network))
          .extracting(LayerCosts::name)
          .containsExactly("conv1", "conv2", "conv3", "linear1", "linear2");
      assertThat(values(network))
          .usingElementComparator(Arrays::compare)
          .containsExactlyElementsOf(before);
      assertThat(network.parameters()).noneMatch(p -> p.variable().hasGradient());
      long workspacesToo = device.bytesInUse();
      assertThat(costs(device, network)).hasSize(5);
      assertThat(device.bytesInUse()).isEqualTo(workspacesToo);
    }
  }

  private static List<double[]> values(Layer network) {
    return network.parameters().stream().map(parameter -> parameter.basis().toDoubles()).toList();
  }

  @Test
  void thePlanTakenIsTheChosenOne() {
    List<PlanCost> plans =
        List.of(
            new PlanCost(MixPlan.OUTPUTS, false, 1, 1), new PlanCost(MixPlan.SPANS, true, 2, 2));
    assertThat(new LayerCosts("layer", "2 to 3", 4, 2, 3, plans).taken()).contains(MixPlan.SPANS);
  }
}
