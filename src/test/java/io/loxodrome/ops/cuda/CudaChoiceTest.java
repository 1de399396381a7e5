package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.jcuda.AlgorithmChoice;
import io.loxodrome.ops.PlanChoice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CudaChoiceTest {
  @ParameterizedTest
  @CsvSource({
    "'', 3, FLOAT32, HEURISTIC, predicted",
    "0, 0, FLOAT32, HEURISTIC, predicted",
    "12, 12, FLOAT32, HEURISTIC, predicted",
    "fp32, 3, FLOAT32, HEURISTIC, predicted",
    "tf32, 3, TENSOR_FLOAT32, HEURISTIC, predicted",
    "bf16, 3, BFLOAT16, HEURISTIC, predicted",
    "0:tf32, 0, TENSOR_FLOAT32, HEURISTIC, predicted",
    "1:bf16, 1, BFLOAT16, HEURISTIC, predicted",
    "search, 3, FLOAT32, MEASURED, predicted",
    "2:search, 2, FLOAT32, MEASURED, predicted",
    "tf32:search, 3, TENSOR_FLOAT32, MEASURED, predicted",
    "0:tf32:search, 0, TENSOR_FLOAT32, MEASURED, predicted",
    "autotune, 3, FLOAT32, HEURISTIC, autotune",
    "weights, 3, FLOAT32, HEURISTIC, weights",
    "1:outputs, 1, FLOAT32, HEURISTIC, outputs",
    "tf32:inputs, 3, TENSOR_FLOAT32, HEURISTIC, inputs",
    "search:spans, 3, FLOAT32, MEASURED, spans",
    "0:tf32:shared, 0, TENSOR_FLOAT32, HEURISTIC, shared",
    "2:bf16:search:autotune, 2, BFLOAT16, MEASURED, autotune"
  })
  void aNumberAnArithmeticASearchAndAPlanMayBeGiven(
      String argument,
      int device,
      Arithmetic arithmetic,
      AlgorithmChoice algorithms,
      String plans) {
    assertThat(CudaChoice.parse(argument, 3))
        .isEqualTo(
            new CudaChoice(
                device,
                arithmetic,
                algorithms,
                PlanChoice.parse(plans).orElse(PlanChoice.Rule.PREDICTED)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":",
        "0:",
        "tf32:0",
        "fp16",
        "-1",
        "0:tf32:1",
        "99999",
        "0:0",
        "search:tf32",
        "outputs:tf32",
        "autotune:search",
        "outputs:inputs",
        "WEIGHTS",
        "predicted"
      })
  void allElseIsRefused(String argument) {
    assertThatThrownBy(() -> CudaChoice.parse(argument, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device cuda takes after its name a number, then fp32, tf32 or bf16, then search, then"
                + " outputs, inputs, weights, spans, shared or autotune, each of which can be left"
                + " out, as in cuda:0:tf32; found '"
                + argument
                + "'");
  }
}
