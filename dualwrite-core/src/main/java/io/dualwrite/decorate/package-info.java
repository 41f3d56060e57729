/**
 * How a repository interface of the user's own is wrapped.
 *
 * <p>Kept as it was: what a delegate throws reaches the caller unchanged, checked exceptions too; a default method runs its
 * body, so that the calls it makes are routed, one by one; annotations of the interface, its methods and their parameters are
 * found on the interface, which {@code getClass().getInterfaces()} of the decorated repository tells. Not kept: what the
 * delegates' own classes have beyond the interface, annotations and further interfaces. {@code equals} and {@code hashCode}
 * are those of an object equal only to itself, and {@code toString} names the interface; none of them asks a store.
 *
 * <p>Results are handed on when the transaction is over, so that none may be worked off later: futures, publishers, streams
 * and cursors are refused when the table of methods is built. What comes as an {@link java.lang.Iterable} and is no collection
 * is read to its end. A read that hands what it reads to an argument, a consumer of a stream for one, runs in one transaction
 * of the authority, keeps the authority from moving for as long as it takes, and hands on nothing twice.
 */
@NullMarked
package io.dualwrite.decorate;

import org.jspecify.annotations.NullMarked;
