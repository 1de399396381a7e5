package io.loxodrome.riemann;

import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.nn.Parameter;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The layerwise metric of a network on one batch: what the columns of the loss's output factor come
 * to at the parameters of every module.
 *
 * <p>A module is what one operation has for parameters, such as a layer's weights and bias;
 * operations that share parameters are one module, and their columns add. Nothing of the forward
 * pass is needed once it is made.
 */
public final class LayerwiseMetric implements AutoCloseable {
  private final List<ModuleMetric> modules;

  private LayerwiseMetric(List<ModuleMetric> modules) {
    this.modules = List.copyOf(modules);
  }

  /**
   * Carries the factor's columns back through a forward pass, one sweep each.
   *
   * @param tape of the forward pass, which stays as it is
   * @param outputs the network's, B x c
   * @param parameters whose modules are wanted; a module has all its parameters here or none
   * @param factor of the loss at the outputs
   * @param step number of the step, for random columns
   * @throws IllegalStateException if the tape cannot go back, or an operation has parameters and no
   *     {@link ParameterFactor}
   * @throws IllegalArgumentException if the outputs are not B x c, a module has but some of its
   *     parameters here, or its parameters are on different manifolds or in different metrics
   */
  public static LayerwiseMetric of(
      Tape tape, Variable outputs, List<Parameter> parameters, OutputFactor factor, long step) {
    return of(tape, outputs, parameters, factor, step, ModuleSize::cheapest);
  }

  /** The same with a choice of ways, out of those that a module's size says there are. */
  static LayerwiseMetric of(
      Tape tape,
      Variable outputs,
      List<Parameter> parameters,
      OutputFactor factor,
      long step,
      Function<ModuleSize, Way> choice) {
    Shape shape = outputs.value().shape();
    if (shape.rank() != 2) {
      throw new IllegalArgumentException(
          "outputs have shape " + shape + ", expected B x c for a factor of the loss");
    }
    double[][] columns = factor.columns(outputs.value().toDoubles(), shape.dimension(1), step);
    Collection collection =
        new Collection(tape, parameters, shape.dimension(0), columns.length, choice);
    try (Tensor cotangent = tape.device().allocate(shape)) {
      for (int probe = 0; probe < columns.length; probe++) {
        cotangent.write(columns[probe]);
        collection.sweep(outputs, cotangent, probe);
      }
      return new LayerwiseMetric(collection.finished());
    } catch (RuntimeException e) {
      collection.close();
      throw e;
    }
  }

  /** The modules, in the order of use. */
  public List<ModuleMetric> modules() {
    return modules;
  }

  /** Frees all columns; the second call does nothing. */
  @Override
  public void close() {
    modules.forEach(ModuleMetric::close);
  }

  /** Columns on their way from the sweeps to their modules. */
  private static final class Collection {
    private final Tape tape;
    private final int batch;
    private final int probes;
    private final Function<ModuleSize, Way> choice;
    private final Map<Variable, Parameter> known = new HashMap<>();
    private final Map<Variable, ModuleMetric> byParameter = new HashMap<>();
    private final List<ModuleMetric> modules = new ArrayList<>();

    Collection(
        Tape tape,
        List<Parameter> parameters,
        int batch,
        int probes,
        Function<ModuleSize, Way> choice) {
      this.tape = tape;
      this.batch = batch;
      this.probes = probes;
      this.choice = choice;
      parameters.forEach(parameter -> known.put(parameter.variable(), parameter));
      for (List<ParameterFactor> uses : usesByModule()) {
        ModuleMetric module = module(uses);
        modules.add(module);
        module.parameters().forEach(p -> byParameter.put(p.variable(), module));
      }
    }

    /** The uses of known parameters, those together that share some. */
    private List<List<ParameterFactor>> usesByModule() {
      Map<Variable, Variable> leaders = new HashMap<>();
      List<ParameterFactor> uses = tape.factors().stream().filter(this::isKnown).toList();
      for (ParameterFactor use : uses) {
        Variable first = use.parameters().get(0);
        use.parameters().forEach(p -> leaders.put(leader(leaders, p), leader(leaders, first)));
      }
      Map<Variable, List<ParameterFactor>> byLeader = new LinkedHashMap<>();
      for (ParameterFactor use : uses) {
        Variable leader = leader(leaders, use.parameters().get(0));
        byLeader.computeIfAbsent(leader, key -> new ArrayList<>()).add(use);
      }
      return List.copyOf(byLeader.values());
    }

    private static Variable leader(Map<Variable, Variable> leaders, Variable of) {
      Variable found = of;
      Variable next = leaders.getOrDefault(found, found);
      while (next != found) {
        found = next;
        next = leaders.getOrDefault(found, found);
      }
      return found;
    }

    private boolean isKnown(ParameterFactor use) {
      long count = use.parameters().stream().filter(known::containsKey).count();
      if (count > 0 && count < use.parameters().size()) {
        throw new IllegalArgumentException(
            "of the parameters of one module, "
                + use.parameters()
                + ", only "
                + count
                + " are to be moved; a module moves as a whole or not at all");
      }
      return count > 0;
    }

    private ModuleMetric module(List<ParameterFactor> uses) {
      List<Parameter> parameters =
          uses.stream()
              .flatMap(use -> use.parameters().stream())
              .distinct()
              .map(variable -> Objects.requireNonNull(known.get(variable)))
              .toList();
      return ModuleMetric.of(tape.device(), parameters, uses, batch, probes, choice);
    }

    void sweep(Variable outputs, Tensor cotangent, int probe) {
      tape.probe(
          outputs,
          cotangent,
          (factor, reached) -> {
            ModuleMetric module = byParameter.get(factor.parameters().get(0));
            if (module != null) {
              module.add(probe, factor, reached);
            }
          });
    }

    List<ModuleMetric> finished() {
      modules.forEach(ModuleMetric::complete);
      return modules;
    }

    void close() {
      modules.forEach(ModuleMetric::close);
    }
  }
}
