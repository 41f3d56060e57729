/** The front door: a repository over two stores, and a migration of two databases. */
@NullMarked
package io.dualwrite;

import org.jspecify.annotations.NullMarked;
