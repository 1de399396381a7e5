package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.jcuda.AlgorithmChoice;
import io.loxodrome.ops.PlanChoice;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which CUDA device was asked for and how it shall compute, as in {@code 1}, {@code tf32}, {@code
 * 1:bf16}, {@code weights} or {@code 0:tf32:search:autotune}.
 *
 * @param device CUDA's number
 * @param arithmetic of products and convolutions
 * @param algorithms how those of convolutions are chosen
 * @param plans who decides how layers are applied
 */
record CudaChoice(int device, Arithmetic arithmetic, AlgorithmChoice algorithms, PlanChoice plans) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");
  private static final Map<String, Arithmetic> ARITHMETIC =
      Map.of(
          "fp32", Arithmetic.FLOAT32,
          "tf32", Arithmetic.TENSOR_FLOAT32,
          "bf16", Arithmetic.BFLOAT16);
  private static final Map<String, AlgorithmChoice> ALGORITHMS =
      Map.of("search", AlgorithmChoice.MEASURED);

  /**
   * Reads what follows {@code cuda:}.
   *
   * @param argument empty if nothing did
   * @param first the device where no number is given
   * @throws IllegalArgumentException if it means nothing
   */
  static CudaChoice parse(String argument, int first) {
    Deque<String> parts =
        new ArrayDeque<>(argument.isEmpty() ? List.of() : List.of(argument.split(":", -1)));
    boolean numbered = !parts.isEmpty() && NUMBER.matcher(parts.peek()).matches();
    int device = numbered ? Integer.parseInt(parts.remove()) : first;
    Arithmetic arithmetic = next(parts, ARITHMETIC, Arithmetic.FLOAT32);
    AlgorithmChoice algorithms = next(parts, ALGORITHMS, AlgorithmChoice.HEURISTIC);
    Optional<PlanChoice> plans =
        parts.isEmpty() ? Optional.empty() : PlanChoice.parse(parts.peek());
    plans.ifPresent(found -> parts.remove());
    if (!parts.isEmpty()) {
      throw new IllegalArgumentException(
          ("device cuda takes after its name a number, then fp32, tf32 or bf16, then search, then"
                  + " %s, each of which can be left out, as in cuda:0:tf32; found '%s'")
              .formatted(PlanChoice.OPTIONS, argument));
    }
    return new CudaChoice(device, arithmetic, algorithms, plans.orElse(PlanChoice.Rule.PREDICTED));
  }

  /** Takes the next part if it is one of those known. */
  private static <T> T next(Deque<String> parts, Map<String, T> known, T otherwise) {
    @Nullable T found = parts.isEmpty() ? null : known.get(parts.peek());
    if (found == null) {
      return otherwise;
    }
    parts.remove();
    return found;
  }
}
