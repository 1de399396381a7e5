package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.jcuda.AlgorithmChoice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CudaChoiceTest {
  @ParameterizedTest
  @CsvSource({
    "'', 3, FLOAT32, HEURISTIC",
    "0, 0, FLOAT32, HEURISTIC",
    "12, 12, FLOAT32, HEURISTIC",
    "fp32, 3, FLOAT32, HEURISTIC",
    "tf32, 3, TENSOR_FLOAT32, HEURISTIC",
    "bf16, 3, BFLOAT16, HEURISTIC",
    "0:tf32, 0, TENSOR_FLOAT32, HEURISTIC",
    "1:bf16, 1, BFLOAT16, HEURISTIC",
    "search, 3, FLOAT32, MEASURED",
    "2:search, 2, FLOAT32, MEASURED",
    "tf32:search, 3, TENSOR_FLOAT32, MEASURED",
    "0:tf32:search, 0, TENSOR_FLOAT32, MEASURED"
  })
  void aNumberAnArithmeticAndASearchMayBeGiven(
      String argument, int device, Arithmetic arithmetic, AlgorithmChoice algorithms) {
    assertThat(CudaChoice.parse(argument, 3))
        .isEqualTo(new CudaChoice(device, arithmetic, algorithms));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {":", "0:", "tf32:0", "fp16", "-1", "0:tf32:1", "99999", "0:0", "search:tf32"})
  void allElseIsRefused(String argument) {
    assertThatThrownBy(() -> CudaChoice.parse(argument, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device cuda takes after its name a number, then fp32, tf32 or bf16, then search, each"
                + " of which can be left out, as in cuda:0:tf32; found '"
                + argument
                + "'");
  }
}
