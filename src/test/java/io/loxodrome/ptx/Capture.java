package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.List;

/** Work that is noted down instead of done. */
final class Capture {
  private final List<Runnable> work = new ArrayList<>();

  void note(Runnable operation) {
    work.add(operation);
  }

  List<Runnable> work() {
    return List.copyOf(work);
  }
}
