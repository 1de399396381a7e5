package io.loxodrome.nn;

import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.PlanCost;
import java.util.List;
import java.util.Optional;

/**
 * What a layer costs on a batch by each plan its device has.
 *
 * @param name of the layer
 * @param description its shape, for people
 * @param batch B
 * @param basisSize n
 * @param distinctRows how many examples differ in their coefficients
 * @param plans empty where the device has one way only
 */
public record LayerCosts(
    String name,
    String description,
    int batch,
    int basisSize,
    int distinctRows,
    List<PlanCost> plans) {
  public LayerCosts {
    plans = List.copyOf(plans);
  }

  /** The costs of a layer on a batch with the coefficients of {@code mixture}. */
  static LayerCosts of(String name, String description, Mixture mixture, List<PlanCost> plans) {
    MixtureRows rows =
        MixtureRows.of(mixture.coefficients().toFloats(), mixture.batch(), mixture.basisSize());
    return new LayerCosts(
        name, description, rows.batch(), rows.basisSize(), rows.byRow().size(), plans);
  }

  /** The plan that the device goes by; empty where it has one way only. */
  public Optional<MixPlan> taken() {
    return plans.stream().filter(PlanCost::chosen).map(PlanCost::plan).findFirst();
  }
}
