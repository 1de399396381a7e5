package io.loxodrome.ops;

/** The reference on float32 tensors: double arithmetic, rounded once. */
class ReferenceOperatorsTest extends OperatorSuite {
  ReferenceOperatorsTest() {
    super("reference", 1e-6);
  }
}
