/** Real database servers, one of a kind per process, of which tests take as many empty databases as they like. */
@NullMarked
package io.dualwrite.servers;

import org.jspecify.annotations.NullMarked;
