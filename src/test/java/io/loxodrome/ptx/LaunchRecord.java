package io.loxodrome.ptx;

import io.loxodrome.cuda.LaunchShape;

/**
 * A launch that ran to its end.
 *
 * @param kernel the entry's name
 */
public record LaunchRecord(String kernel, LaunchShape shape, Counts counts) {}
