/** Shapes, element types and tensors: a typed view of a device's memory. */
@NullMarked
package io.loxodrome.tensor;

import org.jspecify.annotations.NullMarked;
