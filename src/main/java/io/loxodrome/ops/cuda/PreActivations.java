package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Bias;

/**
 * What a convolution leaves to be mixed: z_i = act(sum_j c_ij (y_ij + bias_ij)), j from 1 to m.
 *
 * @param parts m: n where every basis point was convolved, 1 where the mixture was
 * @param coefficients address of c, B x m
 * @param bias of each part
 */
record PreActivations(int parts, long coefficients, Bias bias) {}
