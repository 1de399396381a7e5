package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.ops.PlanTable;
import io.loxodrome.ops.PlanTable.CostModel;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * By which plan each layer of a family is applied.
 *
 * <p>SPANS and SHARED have to know the coefficients on the host, and reading them waits for the
 * device. So they are not read within a recording, where nothing may be waited for and other
 * coefficients come in later rounds, nor where all of them being alike would not be worth the wait.
 * Elsewhere which plan is taken may depend on the coefficients.
 */
final class LayerPlans<L> {
  private final CudaResources resources;
  private final HostTransfers transfers;
  private final PlanChoice choice;
  private final CostModel<L> model;
  private final Function<L, LayerSizes> sizes;
  private final Way<L> outputs;
  private final Way<L> inputs;
  private final Way<L> weights;
  private final PartOfBatch<L> parts;
  private final PlanTrial trial;
  private final Finiteness finiteness;
  private final PlanTable<L> knowingRows;
  private final PlanTable<L> knowingShapes;

  LayerPlans(
      CudaResources resources,
      HostTransfers transfers,
      PlanChoice choice,
      CostModel<L> model,
      Function<L, LayerSizes> sizes,
      Way<L> outputs,
      Way<L> inputs,
      Way<L> weights) {
    this.resources = resources;
    this.transfers = transfers;
    this.choice = choice;
    this.model = model;
    this.sizes = sizes;
    this.outputs = outputs;
    this.inputs = inputs;
    this.weights = weights;
    this.parts = new PartOfBatch<>(resources, outputs, sizes);
    this.trial = new PlanTrial(resources);
    this.finiteness = new Finiteness(resources, transfers);
    this.knowingRows = new PlanTable<>(choice, model);
    this.knowingShapes = new PlanTable<>(choice, this::withoutRows);
  }

  /** Whether a plan has to know the coefficients on the host. */
  static boolean readsCoefficients(MixPlan plan) {
    return switch (plan) {
      case OUTPUTS, INPUTS, WEIGHTS -> false;
      case SPANS, SHARED -> true;
    };
  }

  private double withoutRows(MixWork<L> work, MixPlan plan) {
    return readsCoefficients(plan) ? Double.POSITIVE_INFINITY : model.milliseconds(work, plan);
  }

  /** The way for a layer on this batch. */
  Way<L> way(L layer, Mixture parameters) {
    MixWork<L> unknown = unknown(layer, parameters);
    if (choice instanceof PlanChoice.Forced || !rowsMayPay(unknown)) {
      return way(knowingShapes.plan(unknown, trial(layer, parameters)), () -> known(parameters));
    }
    KnownCoefficients known = known(parameters);
    MixWork<L> work = MixWork.of(layer, known.rows());
    return way(knowingRows.plan(work, trial(layer, parameters)), () -> known);
  }

  /** A work as it is if no two examples are alike. */
  private MixWork<L> unknown(L layer, Mixture parameters) {
    int batch = parameters.batch();
    int basisSize = parameters.basisSize();
    return new MixWork<>(layer, batch, basisSize, batch, basisSize);
  }

  private boolean rowsMayPay(MixWork<L> unknown) {
    if (resources.memory().isRecorded()) {
      return false;
    }
    MixWork<L> alike = new MixWork<>(unknown.layer(), unknown.batch(), unknown.basisSize(), 1, 1);
    return least(alike, model) < least(unknown, this::withoutRows);
  }

  private double least(MixWork<L> work, CostModel<L> costs) {
    return Arrays.stream(MixPlan.values())
        .mapToDouble(plan -> costs.milliseconds(work, plan))
        .min()
        .orElseThrow();
  }

  private KnownCoefficients known(Mixture parameters) {
    return KnownCoefficients.of(resources, transfers, parameters);
  }

  private Way<L> way(MixPlan plan, Supplier<KnownCoefficients> coefficients) {
    return switch (plan) {
      case OUTPUTS -> outputs;
      case INPUTS -> inputs;
      case WEIGHTS -> weights;
      case SPANS -> new GroupsBySpan<>(resources, parts, finiteness, coefficients.get());
      case SHARED -> new GroupsByRow<>(resources, parts, coefficients.get());
    };
  }

  /** What each plan costs on this batch. */
  List<PlanCost> costs(L layer, Mixture parameters) {
    return knowingRows.costs(MixWork.of(layer, known(parameters).rows()), trial(layer, parameters));
  }

  private ToDoubleFunction<MixPlan> trial(L layer, Mixture parameters) {
    return plan ->
        trial.milliseconds(
            layer,
            sizes.apply(layer),
            Parameters.of(parameters),
            way(plan, () -> known(parameters)));
  }
}
