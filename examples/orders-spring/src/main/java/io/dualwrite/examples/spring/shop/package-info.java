/** A shop on Spring Data JPA, as many are: nothing in here knows that its data is going to move. */
@NullMarked
package io.dualwrite.examples.spring.shop;

import org.jspecify.annotations.NullMarked;
