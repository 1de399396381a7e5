/**
 * Images and how they are conditioned: data sets read from their files, the angles and noise levels
 * they are trained and evaluated at, and the order they are trained in.
 */
@NullMarked
package io.loxodrome.data;

import org.jspecify.annotations.NullMarked;
