package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.KernelFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The executor is only as good as its tests: each form of an instruction and each special register
 * that shipped PTX uses has a row in a table, or a test of its own.
 */
@Tag("ptx")
final class ShippedPtxTest {
  /** What a row cannot show; {@link ControlFlowTest} does. */
  private static final Set<String> CONTROL = Set.of("ret", "exit", "brx.idx", "bar.red.popc.u32");

  private static final Pattern COMMENT = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);

  /** A statement of a body: braces of scopes, labels, a guard, then the opcode. */
  private static final Pattern OPCODE =
      Pattern.compile(
          "(?:[{}\\s]|[\\w$]+:(?!:))*(?:@!?%\\w+\\s+)?([a-z][\\w.:]*)(?=\\s|$).*", Pattern.DOTALL);

  private static final Pattern SPECIAL_REGISTER =
      Pattern.compile(
          "%(?:n?tid|n?ctaid)\\.[xyz]|%(?:n?warpid|laneid|lanemask_\\w+|n?smid|gridid|clock\\w*"
              + "|globaltimer\\w*|\\w*_smem_size)|WARP_SZ");

  @Test
  void everyFormThatShipsIsInATable() {
    List<String> missing = new ArrayList<>();
    List<KernelFile> shipped = shipped();
    Set<String> covered = coveredForms();
    for (KernelFile file : shipped) {
      for (String form : forms(file.ptx())) {
        if (!covered.contains(form)) {
          missing.add(file.fileName() + ": " + form);
        }
      }
    }
    assertThat(shipped).isNotEmpty();
    assertThat(missing).as("forms to add to the tables of InstructionTest").isEmpty();
  }

  private static List<KernelFile> shipped() {
    return Stream.of(KernelFile.values())
        .filter(file -> KernelFile.class.getResource(file.fileName()) != null)
        .toList();
  }

  private static Set<String> coveredForms() {
    Set<String> covered = new TreeSet<>(CONTROL);
    for (String table : InstructionTest.tables()) {
      InstructionCase.table(table).forEach(instruction -> covered.addAll(instruction.forms()));
      covered.addAll(specialRegisters(table));
    }
    return covered;
  }

  /** The opcodes with their modifiers, and the special registers, of a module. */
  static Set<String> forms(String ptx) {
    String bare = COMMENT.matcher(ptx).replaceAll(" ");
    Set<String> forms = specialRegisters(bare);
    for (String body : bodies(bare)) {
      for (String statement : body.split(";", -1)) {
        var opcode = OPCODE.matcher(statement);
        if (opcode.matches()) {
          forms.add(opcode.group(1));
        }
      }
    }
    return forms;
  }

  private static Set<String> specialRegisters(String text) {
    Set<String> names = new TreeSet<>();
    SPECIAL_REGISTER.matcher(text).results().map(MatchResult::group).forEach(names::add);
    return names;
  }

  /** What stands between the outermost braces behind parameter lists. */
  private static List<String> bodies(String text) {
    List<String> bodies = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '{' && depth++ == 0) {
        begin = i + 1;
      } else if (text.charAt(i) == '}' && --depth == 0) {
        bodies.add(text.substring(begin, i));
      }
    }
    return bodies;
  }

  @Test
  void theScannerSeesEveryStatement() {
    String ptx =
        """
        .version 7.0 // add.s32 is not here
        .const .align 4 .b32 table[2] = {1, 2};
        .visible .entry kernel(.param .u64 p)
        .maxntid 32, 1, 1
        {
          .reg .b32 %r<4>;
          mov.u32 %r1, %ctaid.x;
        $L__BB0_1:
          @!%p1 bra $L__BB0_1;
          { mov.b32 %f2, {0,%rs10};}
          { .reg .b16 t; shl.b16 t, %rs1, %r2; /* sub.s32 */
            ld.global.nc.L1::no_allocate.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1]; }
          ret;
        }
        """;
    assertThat(forms(ptx))
        .containsExactlyInAnyOrder(
            "mov.u32",
            "%ctaid.x",
            "bra",
            "mov.b32",
            "shl.b16",
            "ld.global.nc.L1::no_allocate.v4.f32",
            "ret");
  }

  @Test
  void aFormThatNoTableHasIsMissed() {
    assertThat(coveredForms())
        .contains("fma.rn.f32", "shfl.sync.bfly.b32", "%tid.x", "bar.sync")
        .doesNotContain("wgmma.fence.sync.aligned", "%clock64");
  }
}
