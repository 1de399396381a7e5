package io.loxodrome.ptx;

import java.util.List;

/**
 * A file of PTX, parsed.
 *
 * @param name what errors call it
 * @param variables declared outside of kernels
 */
record PtxModule(String name, List<Variable> variables, List<Entry> entries) {}
