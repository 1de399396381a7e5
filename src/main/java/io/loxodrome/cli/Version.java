package io.loxodrome.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar the program runs from. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"loxodrome " + (version == null ? "(built from sources)" : version)};
  }
}
