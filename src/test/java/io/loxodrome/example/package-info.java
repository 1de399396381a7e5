/** The examples that the README and the guide show. */
@NullMarked
package io.loxodrome.example;

import org.jspecify.annotations.NullMarked;
