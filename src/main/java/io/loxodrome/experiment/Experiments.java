package io.loxodrome.experiment;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.Arc;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.data.NoiseSchedule;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** The experiments of Walking the Weight Manifold, each around a point whose settings they vary. */
public final class Experiments {
  private static final String ACCURACY = "accuracy";
  private static final String SEEN = "accuracy_seen";

  /** Angles of the grid that accuracies are measured on. */
  private static final int GRID = 360;

  private Experiments() {}

  /** How a share of all angles is chosen to train on. */
  public enum AngleChoice {
    /** Angles evenly spaced, as many as the share has of 360, at least one. */
    FIXED {
      @Override
      AngleScheme angles(double share) {
        return new FixedAngles((int) Math.max(1, Math.round(share * GRID)));
      }
    },
    /** One contiguous arc. */
    ARC {
      @Override
      AngleScheme angles(double share) {
        return new Arc(share);
      }
    };

    abstract AngleScheme angles(double share);
  }

  /**
   * Accuracy over all angles against the share of angles trained on (Fig. 2b).
   *
   * @param shares of all angles, each in (0, 1]
   * @throws IllegalArgumentException if a share is out of its range
   */
  public static Experiment rotation(
      RunPoint base, List<ConditioningMethod> methods, AngleChoice choice, List<Double> shares) {
    return turned(
        "rotation",
        "Accuracy over all angles",
        base,
        methods,
        choice,
        shares,
        share -> ImageTask.turned(choice.angles(share)));
  }

  /** The same for manifolds of other shapes than the ellipse. */
  public static Experiment topology(
      RunPoint base, List<ConditioningMethod> methods, AngleChoice choice, List<Double> shares) {
    return turned(
        "topology",
        "Accuracy over all angles, by topology",
        base,
        methods,
        choice,
        shares,
        share -> ImageTask.turned(choice.angles(share)));
  }

  /**
   * The same on surfaces: images are turned and scaled.
   *
   * @param scale the largest that an image is shown, above 1 and at most 16; the smallest is one
   *     over it
   * @param shares of all angles, and of all phases of the scale, each in (0, 1]
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static Experiment scaledTopology(
      RunPoint base,
      List<ConditioningMethod> methods,
      AngleChoice choice,
      List<Double> shares,
      double scale) {
    return turned(
        "topology",
        "Accuracy over all angles and scales up to " + plain(scale),
        base,
        methods,
        choice,
        shares,
        share -> ImageTask.turnedAndScaled(scale, choice.angles(share), choice.angles(share)));
  }

  private static Experiment turned(
      String name,
      String title,
      RunPoint base,
      List<ConditioningMethod> methods,
      AngleChoice choice,
      List<Double> shares,
      DoubleFunction<ImageTask> tasks) {
    List<Experiment.Cell> cells = new ArrayList<>();
    for (ConditioningMethod method : methods) {
      for (double share : shares) {
        requireShare("share of angles", share);
        cells.add(cell(method, percent(share), base.with(method).with(tasks.apply(share))));
      }
    }
    String how = choice.name().toLowerCase(Locale.ROOT);
    return new Experiment(
        name,
        "%s (%s), %s".formatted(title, base.dataset(), how),
        new Experiment.Axis("% of angles trained on", Experiment.Scale.STEPS),
        ACCURACY,
        cells);
  }

  /**
   * Accuracy over shares of noise up to the largest that is trained on, S, against S (Fig. 3).
   *
   * @param methods each with a penalty of its own, if it has one, in place of the base's
   * @param maxima S, each in (0, 1]
   * @throws IllegalArgumentException if one is out of its range
   */
  public static Experiment noise(
      RunPoint base, List<PenalizedMethod> methods, List<Double> maxima) {
    List<Experiment.Cell> cells = new ArrayList<>();
    for (PenalizedMethod method : methods) {
      for (double maximum : maxima) {
        ImageTask task = ImageTask.noisy(new NoiseSchedule(maximum));
        RunPoint point = method.at(base).with(task);
        cells.add(cell(method.method(), method.spec(), plain(maximum), point));
      }
    }
    return new Experiment(
        "noise",
        "Accuracy under noise (%s)".formatted(base.dataset()),
        new Experiment.Axis("largest share of noise S", Experiment.Scale.STEPS),
        SEEN,
        cells);
  }

  /** Accuracy by optimiser at the base's task (Fig. 4a). */
  public static Experiment optimizers(
      RunPoint base, List<ConditioningMethod> methods, List<OptimizerChoice> optimizers) {
    return byOptimizer(
        "optimizers",
        ACCURACY,
        "Accuracy by optimiser (%s, %s)".formatted(base.dataset(), base.task().spec()),
        base,
        methods,
        optimizers);
  }

  /** A random point of the manifold for each upright image (Fig. 4b). */
  public static Experiment unconditioned(
      RunPoint base, List<ConditioningMethod> methods, List<OptimizerChoice> optimizers) {
    return byOptimizer(
        "unconditioned",
        SEEN,
        "Accuracy at a random s, upright images (%s)".formatted(base.dataset()),
        base.with(ImageTask.unconditioned()),
        methods,
        optimizers);
  }

  /** The same with a residual network in place of the base's (Fig. 4c). */
  public static Experiment resnet(
      RunPoint base,
      List<ConditioningMethod> methods,
      List<OptimizerChoice> optimizers,
      int width) {
    NetworkChoice network = new NetworkChoice.Residual(width);
    return byOptimizer(
        "resnet",
        SEEN,
        "Accuracy at a random s, upright images (%s, %s)".formatted(base.dataset(), network.spec()),
        base.with(ImageTask.unconditioned()).with(network),
        methods,
        optimizers);
  }

  private static Experiment byOptimizer(
      String name,
      String measure,
      String title,
      RunPoint base,
      List<ConditioningMethod> methods,
      List<OptimizerChoice> optimizers) {
    List<Experiment.Cell> cells = new ArrayList<>();
    for (ConditioningMethod method : methods) {
      for (OptimizerChoice optimizer : optimizers) {
        RunPoint point = base.with(method).with(optimizer);
        cells.add(cell(method, optimizerLabel(point), point));
      }
    }
    Experiment.Axis axis = new Experiment.Axis("optimiser", Experiment.Scale.CATEGORIES);
    return new Experiment(name, title, axis, measure, cells);
  }

  /** For example {@code adam whitened}. */
  private static String optimizerLabel(RunPoint point) {
    var settings = point.settings();
    String form = settings.get("form");
    String rule = String.valueOf(settings.get("optimizer"));
    return form == null ? rule : rule + " " + form;
  }

  private static Experiment.Cell cell(ConditioningMethod method, String label, RunPoint point) {
    return cell(method, method.spec(), label, point);
  }

  private static Experiment.Cell cell(
      ConditioningMethod method, String series, String label, RunPoint point) {
    WeightManifold manifold = method.manifold();
    int values = point.task().dimensions();
    if (manifold.dimensions() > 0 && manifold.dimensions() != values) {
      throw new IllegalArgumentException(
          "manifold %s takes %d conditioning values, there %s or the point"
              .formatted(
                  manifold.spec(),
                  manifold.dimensions(),
                  values == 1 ? "is one; use a curve" : "are %d; use a surface".formatted(values)));
    }
    return new Experiment.Cell(series, label, point);
  }

  private static void requireShare(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be above 0 and at most 1");
    }
  }

  private static String percent(double share) {
    return plain(BigDecimal.valueOf(share).movePointRight(2).doubleValue());
  }

  private static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
