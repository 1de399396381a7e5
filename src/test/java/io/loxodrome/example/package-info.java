/** The example that the README shows. */
@NullMarked
package io.loxodrome.example;

import org.jspecify.annotations.NullMarked;
