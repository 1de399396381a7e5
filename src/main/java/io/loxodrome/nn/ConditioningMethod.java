package io.loxodrome.nn;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a network comes to depend on the conditioning value s: by where its weights lie on a
 * manifold, by an input, or not at all.
 *
 * <p>All networks are the paper's convolutional one but for what the method changes. A network that
 * does not lie on a manifold of its own lies on the {@code point}.
 */
public sealed interface ConditioningMethod {
  /** The weights lie on a manifold; s is nothing but their place on it. */
  record OnManifold(WeightManifold manifold) implements ConditioningMethod {
    @Override
    public Layer network(
        Device device, WeightManifold weights, Shape image, int classes, Initialization initial) {
      return PaperCnn.initialized(device, weights, image, classes, initial);
    }

    @Override
    public String spec() {
      return manifold.spec();
    }
  }

  /** A point network that is not told s. */
  record Blind() implements ConditioningMethod {
    private static final String SPEC = "none";

    @Override
    public Layer network(
        Device device, WeightManifold weights, Shape image, int classes, Initialization initial) {
      return PaperCnn.initialized(device, weights, image, classes, initial);
    }

    @Override
    public String spec() {
      return SPEC;
    }
  }

  /**
   * A point network that is not told s, with as many parameters as one on a manifold, to the
   * nearest: all its channels are scaled alike.
   *
   * @param like the manifold
   */
  record Widened(WeightManifold like) implements ConditioningMethod {
    private static final String KIND = "widened:";

    @Override
    public Layer network(
        Device device, WeightManifold weights, Shape image, int classes, Initialization initial) {
      return PaperCnn.widened(device, weights, image, classes, like.basisSize(), initial);
    }

    @Override
    public String spec() {
      return KIND + like.spec();
    }
  }

  /**
   * A point network with s as an input.
   *
   * @param entry where s enters
   * @param encoding in what form
   * @param values how many conditioning values there are, at least 1
   */
  record SideInputs(Entry entry, SideEncoding encoding, int values) implements ConditioningMethod {
    private static final String CIRCLE = ":circle";

    /** Where s enters. */
    public enum Entry {
      /** s joins the flattened features in front of the first linear layer. */
      CONCAT,
      /** So does a learnt embedding of s: 32 outputs with a ReLU. */
      EMBED,
      /** The embedding modulates the channels of every convolution: y = (1 + g) x + b. */
      FILM;

      private String option() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    @Override
    public Layer network(
        Device device, WeightManifold weights, Shape image, int classes, Initialization initial) {
      PaperShapes shapes = PaperShapes.of(image, classes);
      return switch (entry) {
        case CONCAT ->
            new JoinedCnn(
                device, weights, shapes, new EncodedSide(device, encoding, values), initial);
        case EMBED ->
            new JoinedCnn(device, weights, shapes, embedded(device, weights, initial), initial);
        case FILM ->
            new FilmCnn(device, weights, shapes, embedded(device, weights, initial), initial);
      };
    }

    private SideInput embedded(Device device, WeightManifold weights, Initialization initial) {
      return new EmbeddedSide(device, encoding, values, weights, initial);
    }

    @Override
    public String spec() {
      return entry.option() + (encoding == SideEncoding.CIRCLE ? CIRCLE : "");
    }

    private static Optional<ConditioningMethod> parse(String spec) {
      boolean circle = spec.endsWith(CIRCLE);
      String name = circle ? spec.substring(0, spec.length() - CIRCLE.length()) : spec;
      return Arrays.stream(Entry.values())
          .filter(entry -> entry.option().equals(name))
          .<ConditioningMethod>map(
              entry -> new SideInputs(entry, circle ? SideEncoding.CIRCLE : SideEncoding.VALUE, 1))
          .findFirst();
    }
  }

  /**
   * The same method for images with so many conditioning values: an input takes as many as there
   * are, a manifold those it has.
   */
  default ConditioningMethod taking(int values) {
    return this instanceof SideInputs side
        ? new SideInputs(side.entry(), side.encoding(), values)
        : this;
  }

  /** The manifold that one network's weights lie on. */
  default WeightManifold manifold() {
    return this instanceof OnManifold on ? on.manifold() : WeightManifold.parse("point");
  }

  /**
   * A new network of this method.
   *
   * @param weights {@link #manifold()}, or one made of several of it, on which all weights lie
   * @param image channels x height x width, height and width at least 8
   * @param classes the number of outputs
   * @throws IllegalArgumentException if the image has not three extents or is too small
   */
  Layer network(
      Device device, WeightManifold weights, Shape image, int classes, Initialization initial);

  /** The text that {@link #parse} makes this method from. */
  String spec();

  /**
   * Makes a method from its text: a manifold's spec, {@code none}, {@code widened:SPEC}, or {@code
   * concat}, {@code embed} or {@code film}, each followed by {@code :circle} if s is to be told as
   * (cos 2 pi s, sin 2 pi s).
   *
   * @throws IllegalArgumentException if the text is of no known form
   */
  static ConditioningMethod parse(String spec) {
    String text = spec.strip();
    if (text.equals(Blind.SPEC)) {
      return new Blind();
    }
    if (text.startsWith(Widened.KIND)) {
      return new Widened(WeightManifold.parse(text.substring(Widened.KIND.length())));
    }
    return SideInputs.parse(text).orElseGet(() -> onManifold(text));
  }

  private static ConditioningMethod onManifold(String spec) {
    try {
      return new OnManifold(WeightManifold.parse(spec));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "unknown method '%s', expected %s, or a manifold: %s"
              .formatted(spec, String.join(", ", knownSpecs()), e.getMessage()),
          e);
    }
  }

  /** The forms that {@link #parse} reads besides manifolds. */
  static List<String> knownSpecs() {
    return List.of(
        "none", "concat[:circle]", "embed[:circle]", "film[:circle]", "widened:MANIFOLD");
  }
}
