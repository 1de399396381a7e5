/**
 * Optimisers that step in the metric of the weight manifold: momentum SGD, and Adam and AdamW in
 * two forms.
 */
@NullMarked
package io.loxodrome.optim;

import org.jspecify.annotations.NullMarked;
