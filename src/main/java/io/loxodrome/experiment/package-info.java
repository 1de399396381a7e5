/**
 * Sweeps of training runs that repeat the measurements of Walking the Weight Manifold: which runs
 * an experiment is made of, the file that keeps their results, and the table and figure drawn from
 * them.
 */
@NullMarked
package io.loxodrome.experiment;

import org.jspecify.annotations.NullMarked;
