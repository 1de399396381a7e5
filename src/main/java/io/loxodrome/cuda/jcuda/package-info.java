/**
 * CUDA through JCuda: the driver, cuBLAS and cuDNN behind the seams of {@link io.loxodrome.cuda},
 * and the look-up that says which of their libraries are here.
 *
 * <p>JCuda finds its native parts on the class path alone, never on the module path.
 */
@NullMarked
package io.loxodrome.cuda.jcuda;

import org.jspecify.annotations.NullMarked;
