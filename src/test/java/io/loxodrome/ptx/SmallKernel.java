package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel that a test writes: the lines that all of them begin with, and a body.
 *
 * <p>The body finds {@code %thread}, {@code %block}, {@code %threads} (per block), {@code %item}
 * (the thread's index in the grid), each parameter in a register of its name ({@code u64} as an
 * address of global memory) and registers {@code %r1}, {@code %rd1}, {@code %f1}, {@code %p1} and
 * so on. A line that ends with the comment {@code // here} is the one an error must name.
 *
 * @param name of the entry
 * @param text the whole module
 */
record SmallKernel(String name, String text) {
  private static final Pattern PARAMETER = Pattern.compile("(u32|u64|f32) (\\w+)");
  private static final String MARK = "// here";

  /**
   * A kernel.
   *
   * @param parameters types and names, such as {@code u64 target, u32 count}
   */
  static SmallKernel of(String name, String parameters, String body) {
    return withDirective(name, "", parameters, body);
  }

  /** A kernel with a directive such as {@code .maxntid 64, 1, 1}. */
  static SmallKernel withDirective(String name, String directive, String parameters, String body) {
    return new SmallKernel(
        name,
        """
        .version 7.0
        .target sm_75
        .address_size 64
        .visible .entry NAME(PARAMETERS)
        DIRECTIVE
        {
          .reg .pred %p<16>;
          .reg .b16 %rs<16>;
          .reg .b32 %r<16>, %thread, %block, %threads, %item;
          .reg .b64 %rd<16>;
          .reg .f32 %f<16>;
          mov.u32 %thread, %tid.x;
          mov.u32 %block, %ctaid.x;
          mov.u32 %threads, %ntid.x;
          mad.lo.u32 %item, %block, %threads, %thread;
        LOADS
        BODY
          ret;
        }
        """
            .replace("NAME", name)
            .replace("PARAMETERS", declarations(parameters))
            .replace("DIRECTIVE", directive)
            .replace("LOADS", loads(parameters))
            .replace("BODY", body.stripTrailing()));
  }

  private static String declarations(String parameters) {
    return PARAMETER.matcher(parameters).replaceAll(".param .$1 param_$2");
  }

  private static String loads(String parameters) {
    List<String> lines = new ArrayList<>();
    Matcher parameter = PARAMETER.matcher(parameters);
    while (parameter.find()) {
      String type = parameter.group(1);
      String name = parameter.group(2);
      lines.add("  .reg .%s %%%s;".formatted(type, name));
      lines.add("  ld.param.%s %%%s, [param_%s];".formatted(type, name, name));
      if (type.equals("u64")) {
        lines.add("  cvta.to.global.u64 %%%s, %%%s;".formatted(name, name));
      }
    }
    return String.join("\n", lines);
  }

  /** The numbers of the lines that an error may name. */
  List<Integer> markedLines() {
    List<String> lines = text.lines().toList();
    List<Integer> marked = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).endsWith(MARK)) {
        marked.add(i + 1);
      }
    }
    return marked;
  }
}
