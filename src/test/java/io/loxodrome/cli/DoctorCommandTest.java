package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.data.DatasetFinder;
import io.loxodrome.ops.DeviceProvider;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  private static final Pattern LINE =
      Pattern.compile("(device|cuda|data|plots) +(\\S+) +(yes|no) +(\\S.*)");

  private final List<String> lines = Outcome.of("doctor").succeeded().out().lines().toList();

  private List<Matcher> findings(String kind) {
    return lines.stream()
        .skip(1)
        .map(LINE::matcher)
        .peek(matcher -> assertThat(matcher.matches()).as("%s", matcher).isTrue())
        .filter(matcher -> matcher.group(1).equals(kind))
        .toList();
  }

  @Test
  void theFirstLineNamesTheMachine() {
    assertThat(lines.get(0))
        .startsWith("java      " + System.getProperty("java.version") + ", ")
        .endsWith(Runtime.getRuntime().availableProcessors() + " cores");
  }

  @Test
  void everyDeviceIsThereWithAReason() {
    List<DeviceProvider> providers = DeviceProvider.all();
    List<Matcher> devices = findings("device");
    assertThat(devices).hasSameSizeAs(providers);
    for (int i = 0; i < devices.size(); i++) {
      DeviceProvider.Availability availability = providers.get(i).availability();
      assertThat(devices.get(i).group(2)).isEqualTo(providers.get(i).name());
      assertThat(devices.get(i).group(3)).isEqualTo(availability.works() ? "yes" : "no");
      assertThat(devices.get(i).group(4)).startsWith(availability.detail());
    }
  }

  @Test
  void everythingADeviceNeedsIsThereWithAReason() {
    List<DeviceProvider.Finding> findings =
        DeviceProvider.all().stream()
            .filter(provider -> provider.name().equals("cuda"))
            .flatMap(provider -> provider.findings().stream())
            .toList();
    List<Matcher> lines = findings("cuda");
    assertThat(lines).hasSameSizeAs(findings).hasSize(4);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i).group(2)).isEqualTo(findings.get(i).what());
      assertThat(lines.get(i).group(3)).isEqualTo(findings.get(i).works() ? "yes" : "no");
      assertThat(lines.get(i).group(4)).isEqualTo(findings.get(i).detail());
    }
  }

  @Test
  void theBestDeviceIsTheOneThatAutoTakes() {
    List<Matcher> taken =
        findings("device").stream()
            .filter(device -> device.group(4).endsWith(" (what auto takes)"))
            .toList();
    assertThat(taken).hasSize(1);
    assertThat(taken.get(0).group(2))
        .isEqualTo(
            DeviceProvider.all().stream()
                .filter(provider -> provider.availability().works())
                .map(DeviceProvider::name)
                .findFirst()
                .orElseThrow());
  }

  @Test
  void everyDataSetIsThereWithAPlaceOrAdvice() {
    assertThat(findings("data"))
        .extracting(data -> data.group(2))
        .containsExactlyElementsOf(DatasetFinder.names());
    assertThat(findings("data"))
        .allSatisfy(
            data ->
                assertThat(data.group(4))
                    .matches(data.group(3).equals("yes") ? "/.*" : ".* was not found in .*"));
  }

  @Test
  void fontsAreThereOrSaidToBeMissing() {
    assertThat(findings("plots")).extracting(plots -> plots.group(2)).containsExactly("fonts");
  }
}
