package io.loxodrome.cli;

import io.loxodrome.data.Dataset;
import io.loxodrome.data.DatasetFinder;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say where on this machine a command computes and finds its data. */
final class MachineOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description =
          "auto, cuda, cpu or reference (${DEFAULT-VALUE}). After cuda may follow a device's number,"
              + " fp32, tf32 or bf16, and search (algorithms by measured time, not the same bits in"
              + " every run), as in cuda:1 or cuda:0:tf32:search. Last, after cuda or cpu, may follow"
              + " the plan by which all layers are applied: outputs, inputs, weights, spans or"
              + " shared, or autotune (plans by measured time), as in cpu:weights; without it the"
              + " device predicts which is fastest.")
  private String device = "auto";

  @Option(names = "--data", paramLabel = "DIR", description = "Folder of the data set.")
  private @Nullable Path data;

  /** The device asked for; a name that no device has is a usage error. */
  Device open() {
    return open(1);
  }

  /** One of so many devices that are at work at the same time. */
  Device open(int sharers) {
    try {
      return Device.open(device, sharers);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--device: " + e.getMessage(), e);
    }
  }

  /** A data set; a name that no data set has is a usage error. */
  Dataset load(String dataset) throws IOException {
    DatasetFinder finder = DatasetFinder.ofSystem();
    try {
      finder.find(dataset, data);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--dataset: " + e.getMessage(), e);
    }
    return finder.load(dataset, data);
  }
}
