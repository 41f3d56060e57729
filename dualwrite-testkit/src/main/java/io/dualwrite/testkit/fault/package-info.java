/** Stores and databases that go wrong on demand: at the n-th call, before it or after it, with the outcome known or not. */
@NullMarked
package io.dualwrite.testkit.fault;

import org.jspecify.annotations.NullMarked;
