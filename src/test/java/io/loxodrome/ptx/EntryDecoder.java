package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Decodes a kernel: its statements become steps, its labels basic blocks. */
final class EntryDecoder {
  private final Entry entry;
  private final Registers registers = new Registers();
  private final VariableLayout layout;
  private final Addresses addresses;
  private final List<DraftBlock> drafts = new ArrayList<>();

  /** The block that each statement is in; behind them, the empty block that a label there needs. */
  private final int[] blockOf;

  private EntryDecoder(Entry entry, Map<Variable, Long> ofModule) {
    this.entry = entry;
    this.layout = new VariableLayout(entry, ofModule);
    this.addresses = layout.addresses(entry);
    this.blockOf = new int[entry.statements().size() + 1];
  }

  /**
   * Decodes a kernel.
   *
   * @param ofModule addresses of the module's variables in global and constant memory
   * @param constants the contents of constant memory
   * @throws CudaException naming file, line and text of an instruction that is not known
   */
  static EntryCode decode(Entry entry, Map<Variable, Long> ofModule, byte[] constants) {
    return new EntryDecoder(entry, ofModule).decode(constants);
  }

  private EntryCode decode(byte[] constants) {
    split();
    drafts.forEach(this::connect);
    int[][] successors = drafts.stream().map(draft -> draft.successors).toArray(int[][]::new);
    ControlFlow flow = new ControlFlow(successors);
    BitSet waiting = flow.reaching(barriers());
    int[] meets = withoutDeadEnds(flow, successors, waiting).postDominators();
    DefiniteAssignment assignment = new DefiniteAssignment(drafts, registers.all().size());
    BlockAssembler assembler = new BlockAssembler(entry, assignment, drafts.size());
    BasicBlock[] blocks =
        drafts.stream()
            .map(draft -> assembler.assemble(draft, meets[draft.index], waiting.get(draft.index)))
            .toArray(BasicBlock[]::new);
    return new EntryCode(
        entry,
        registers,
        blocks,
        !assignment.doubted().isEmpty(),
        layout.shared(),
        layout.localBytes(),
        constants);
  }

  private BitSet barriers() {
    BitSet result = new BitSet();
    drafts.stream().filter(DraftBlock::waits).forEach(draft -> result.set(draft.index));
    return result;
  }

  /**
   * Leaves out ways on which lanes end apart from all others, while those on another way still come
   * to a barrier: these meet without them. Where no other way leads to the end it stays.
   */
  private static ControlFlow withoutDeadEnds(ControlFlow flow, int[][] successors, BitSet waiting) {
    int[] meets = flow.postDominators();
    int[][] result = successors.clone();
    BitSet end = new BitSet();
    end.set(successors.length);
    for (int i = 0; i < successors.length; i++) {
      int[] onward = Arrays.stream(successors[i]).filter(waiting::get).toArray();
      if (meets[i] == EntryCode.NEVER
          && onward.length > 0
          && onward.length < successors[i].length) {
        result[i] = onward;
        if (!new ControlFlow(result).reaching(end).get(i)) {
          result[i] = successors[i];
        }
      }
    }
    return new ControlFlow(result);
  }

  /** Cuts the statements into blocks and decodes them. */
  private void split() {
    List<Statement> statements = entry.statements();
    Set<Integer> starts = starts();
    for (int i = 0; i < statements.size(); i++) {
      if (starts.contains(i)) {
        drafts.add(new DraftBlock(drafts.size()));
      }
      DraftBlock draft = drafts.get(drafts.size() - 1);
      blockOf[i] = draft.index;
      Emitter emit = new Emitter(registers, addresses, statements.get(i));
      if (EndingDecoder.ends(statements.get(i))) {
        draft.last = EndingDecoder.decode(emit);
      } else {
        draft.body.add(StatementDecoder.decode(emit));
      }
    }
    if (starts.contains(statements.size())) {
      drafts.add(new DraftBlock(drafts.size()));
      blockOf[statements.size()] = drafts.size() - 1;
    }
  }

  private Set<Integer> starts() {
    Set<Integer> starts = new HashSet<>();
    starts.add(0);
    for (int i = 0; i < entry.statements().size(); i++) {
      Statement statement = entry.statements().get(i);
      if (EndingDecoder.ends(statement)) {
        starts.add(i + 1);
        EndingDecoder.labels(statement).forEach(label -> starts.add(labelled(statement, label)));
      }
    }
    return starts;
  }

  private static int labelled(Statement statement, String label) {
    Integer at = statement.scope().label(label);
    if (at == null) {
      throw statement.error("label " + label + " does not exist");
    }
    return at;
  }

  private void connect(DraftBlock draft) {
    int next = draft.index + 1;
    if (draft.last == null) {
      draft.successors = new int[] {next};
      return;
    }
    Statement statement = draft.last.statement().statement();
    draft.targets =
        EndingDecoder.labels(statement).stream()
            .mapToInt(label -> blockOf[labelled(statement, label)])
            .toArray();
    if (EndingDecoder.goesOn(statement)) {
      draft.successors =
          IntStream.concat(Arrays.stream(draft.targets), IntStream.of(next)).toArray();
    } else {
      draft.successors =
          draft.targets.length == 0 ? new int[] {drafts.size()} : draft.targets.clone();
    }
  }
}
