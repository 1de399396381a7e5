package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.Kernel;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs an instruction case in one block and compares every thread's registers.
 *
 * @param instruction what is executed
 * @param masking how threads that are not active are kept from it
 * @param threads in the block
 * @param active a bit for each thread that executes the instructions, the same in all warps
 */
record CaseRun(InstructionCase instruction, Masking masking, int threads, int active) {
  private static final long SEED = 1;
  private static final int SOURCE_START = 0x80;

  /**
   * Asserts that each thread's outputs are what the table says, or untouched where the thread is
   * not active.
   *
   * @param inputs per thread, in the case's order
   * @param expected per thread, in the case's order
   */
  void check(List<List<String>> inputs, List<List<String>> expected) {
    String ptx = CaseKernel.text(instruction, masking);
    long[][] outputs = launch(ptx, bits(inputs));
    List<String> wrong = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      for (int i = 0; i < instruction.outputs().size(); i++) {
        RegisterKind kind = RegisterKind.of(instruction.outputs().get(i));
        Expected value = expectedIn(thread, i, inputs.get(thread), expected.get(thread));
        if (!value.accepts(outputs[thread][i])) {
          wrong.add(
              "thread %d: inputs %s: %s is %s, expected %s"
                  .formatted(
                      thread,
                      inputs.get(thread),
                      instruction.outputs().get(i),
                      kind.show(outputs[thread][i]),
                      value.token()));
        }
      }
    }
    assertThat(wrong).as("%s with %s", instruction.text(), masking).isEmpty();
  }

  private Expected expectedIn(int thread, int output, List<String> inputs, List<String> expected) {
    String register = instruction.outputs().get(output);
    RegisterKind kind = RegisterKind.of(register);
    if ((active >>> thread % 32 & 1) != 0) {
      return new Expected(kind, expected.get(output));
    }
    int input = instruction.inputs().indexOf(register);
    return new Expected(kind, input < 0 ? "0x%x".formatted(kind.poison()) : inputs.get(input));
  }

  private long[][] bits(List<List<String>> inputs) {
    long[][] bits = new long[threads][instruction.inputs().size()];
    for (int thread = 0; thread < threads; thread++) {
      for (int i = 0; i < bits[thread].length; i++) {
        RegisterKind kind = RegisterKind.of(instruction.inputs().get(i));
        bits[thread][i] = kind.bits(inputs.get(thread).get(i));
      }
    }
    return bits;
  }

  private long[][] launch(String ptx, long[][] inputs) {
    int outputCount = instruction.outputs().size();
    try (PtxDriver driver = new PtxDriver(SEED)) {
      Kernel kernel = driver.kernel(driver.load("case.ptx", ptx), CaseKernel.ENTRY);
      long in = driver.allocate(bytesOf(instruction.inputs().size()));
      long out = driver.allocate(bytesOf(outputCount));
      long memory = driver.allocate((long) CaseKernel.MOST_THREADS * CaseKernel.OWN_BYTES);
      long source = driver.allocate(CaseKernel.OWN_BYTES);
      driver.write(buffer(inputs), in, Stream.DEFAULT);
      driver.write(sourceBytes(), source, Stream.DEFAULT);
      driver.fill(out, (byte) 0, bytesOf(outputCount), Stream.DEFAULT);
      Arguments arguments =
          Arguments.of(CaseKernel.ENTRY)
              .address("inputs", in, 1)
              .address("outputs", out, 1)
              .address("memory", memory, 1)
              .address("source", source, 1)
              .int32("active", active, Integer.MIN_VALUE, Integer.MAX_VALUE)
              .int32("word", 0x83828180, Integer.MIN_VALUE, Integer.MAX_VALUE)
              .bits64(0x8786_8584_8382_8180L)
              .float32("single", -1.5)
              .bits64(0xbff8_0000_0000_0000L);
      driver.launch(kernel, LaunchShape.row(1, threads), arguments, Stream.DEFAULT);
      return read(driver, out, outputCount);
    }
  }

  private long[][] read(PtxDriver driver, long address, int count) {
    ByteBuffer target = ByteBuffer.allocate((int) bytesOf(count)).order(ByteOrder.nativeOrder());
    driver.read(address, target, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    target.clear();
    long[][] values = new long[threads][count];
    for (long[] row : values) {
      for (int i = 0; i < count; i++) {
        row[i] = target.getLong();
      }
    }
    return values;
  }

  private long bytesOf(int registers) {
    return Math.max(1, (long) threads * registers * CaseKernel.SLOT_BYTES);
  }

  private static ByteBuffer buffer(long[][] rows) {
    int words = rows.length * rows[0].length;
    ByteBuffer buffer =
        ByteBuffer.allocate(words * CaseKernel.SLOT_BYTES).order(ByteOrder.nativeOrder());
    for (long[] row : rows) {
      for (long value : row) {
        buffer.putLong(value);
      }
    }
    return buffer.flip();
  }

  private static ByteBuffer sourceBytes() {
    ByteBuffer buffer = ByteBuffer.allocate(CaseKernel.OWN_BYTES);
    for (int i = 0; i < CaseKernel.OWN_BYTES; i++) {
      buffer.put((byte) (SOURCE_START + i));
    }
    return buffer.flip();
  }
}
