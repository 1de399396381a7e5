package io.loxodrome.cli;

import io.loxodrome.data.DatasetException;
import io.loxodrome.data.DatasetFinder;
import io.loxodrome.ops.DeviceProvider;
import io.loxodrome.train.AngleAccuracyPlot;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what of all that Loxodrome can use is here, and why the rest is not. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says which devices, data sets and fonts were found, and why others were not.")
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "java      %s, %s, %s %s, %d cores%n",
        System.getProperty("java.version"),
        System.getProperty("java.vendor"),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
    devices(out);
    dataSets(out);
    fonts(out);
    out.flush();
    return 0;
  }

  private static void devices(PrintWriter out) {
    boolean chosen = false;
    for (DeviceProvider provider : DeviceProvider.all()) {
      DeviceProvider.Availability availability = provider.availability();
      boolean best = availability.works() && !chosen;
      chosen |= best;
      line(
          out,
          "device",
          provider.name(),
          availability.works(),
          availability.detail() + (best ? " (what auto takes)" : ""));
      for (DeviceProvider.Finding finding : provider.findings()) {
        line(out, provider.name(), finding.what(), finding.works(), finding.detail());
      }
    }
  }

  private static void dataSets(PrintWriter out) {
    DatasetFinder finder = DatasetFinder.ofSystem();
    for (String name : DatasetFinder.names()) {
      try {
        line(out, "data", name, true, finder.find(name, null).toString());
      } catch (DatasetException e) {
        line(out, "data", name, false, String.valueOf(e.getMessage()));
      }
    }
  }

  private static void fonts(PrintWriter out) {
    try {
      AngleAccuracyPlot.requireFonts();
      line(out, "plots", "fonts", true, "plots can be drawn");
    } catch (IOException e) {
      line(out, "plots", "fonts", false, String.valueOf(e.getMessage()));
    }
  }

  private static void line(
      PrintWriter out, String kind, String name, boolean works, String detail) {
    out.printf("%-9s %-14s %-4s %s%n", kind, name, works ? "yes" : "no", detail);
  }
}
