package io.loxodrome.cuda.jcuda;

/**
 * What one step of the look-up came to.
 *
 * @param what was looked for
 * @param works whether it can be used
 * @param detail what was found and where, or why it cannot be used and what would help; one line
 */
public record Finding(String what, boolean works, String detail) {}
