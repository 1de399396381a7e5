package io.loxodrome.cli;

import io.loxodrome.experiment.Experiment;
import io.loxodrome.experiment.Experiments;
import io.loxodrome.nn.ConditioningMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turned, or turned and scaled, images on manifolds of several shapes. */
@Command(
    name = "topology",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description =
        "Accuracy over all angles, or all angles and scales, for manifolds of several shapes.")
final class TopologyCommand extends SharesCommand {
  private static final String CURVES = "line,ellipse,fourier:2,spline:8:periodic";
  private static final String SURFACES = "torus,product(ellipse,line),none,concat,embed";

  @Option(
      names = "--methods",
      paramLabel = "METHOD",
      converter = Methods.Converter.class,
      description =
          "What is compared, separated by commas, as in the other experiments ("
              + CURVES
              + "; with --scale "
              + SURFACES
              + ").")
  private @Nullable Methods methods;

  @Option(
      names = "--scale",
      paramLabel = "Z",
      description =
          "Show images Z^cos(2 pi s_2) as large, too, so that there are two conditioning values,"
              + " the angle and the phase of the scale; --shares are shares of each. Images keep"
              + " their size without it.")
  private @Nullable Double scale;

  TopologyCommand(Interrupt interrupt) {
    super(interrupt);
  }

  @Override
  Experiment experiment() {
    return scale == null
        ? Experiments.topology(base(), compared(CURVES), scheme(), shares())
        : Experiments.scaledTopology(base(), compared(SURFACES), scheme(), shares(), scale);
  }

  private List<ConditioningMethod> compared(String otherwise) {
    return (methods == null ? Methods.parse(otherwise) : methods).list();
  }
}
