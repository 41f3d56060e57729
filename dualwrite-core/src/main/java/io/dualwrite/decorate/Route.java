package io.dualwrite.decorate;

import io.dualwrite.path.ReadPath;
import io.dualwrite.path.WritePath;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.store.RecordType;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is done with the calls of one method. */
sealed interface Route {
    /** It reads. */
    record Read(String operation, @Nullable Slot key, boolean staleAllowed, boolean compared) implements Route {
        ReadPath.Query query(@Nullable Object[] arguments) {
            List<RecordId> ids = key == null ? List.of() : key.ids(arguments[key.index()]);
            return new ReadPath.Query(operation, ids.size() == 1 ? ids.get(0) : null, staleAllowed, compared);
        }
    }

    /** It runs once, in a transaction of the authority. */
    sealed interface Writing extends Route {
        /** The records of one call. */
        WritePath.Keys keys(@Nullable Object[] given);

        /** The arguments as they can be read more than once. */
        default @Nullable Object[] readable(Method method, @Nullable Object[] given) {
            return given;
        }
    }

    /** What an iterable would read when its transaction is over is read now. */
    static @Nullable Object eager(Method method, @Nullable Object result) {
        boolean isEager = method.getReturnType() != Iterable.class || result instanceof Collection<?>;
        if (isEager || !(result instanceof Iterable<?> many)) {
            return result;
        }
        List<@Nullable Object> list = new ArrayList<>();
        many.forEach(list::add);
        return list;
    }

    /** It writes records that are named. */
    record Write(
            String operation,
            List<Slot> arguments,
            @Nullable Slot result) implements Writing {
        /** Those that can be read only once are replaced by lists. */
        @Override
        public @Nullable Object[] readable(Method method, @Nullable Object[] given) {
            @Nullable Object[] readable = given.clone();
            for (Slot slot : arguments) {
                boolean takesLists = method.getParameterTypes()[slot.index()].isAssignableFrom(ArrayList.class);
                if (takesLists && given[slot.index()] instanceof Iterable<?> many && !(many instanceof Collection)) {
                    List<@Nullable Object> list = new ArrayList<>();
                    many.forEach(list::add);
                    readable[slot.index()] = list;
                }
            }
            return readable;
        }

        @Override
        public WritePath.Keys keys(@Nullable Object[] given) {
            return new CallKeys(this, given);
        }
    }

    /** It writes records that only their range is known of. */
    record RangeWrite(
            String operation,
            List<RecordType<?, ?>> types,
            @Nullable List<Slot> bounds) implements Writing {
        @Override
        public WritePath.Keys keys(@Nullable Object[] given) {
            List<RecordId> ranges = new ArrayList<>();
            if (bounds == null) {
                types.forEach(type -> ranges.add(type.all().id()));
            } else {
                RecordType<?, ?> type = bounds.get(0).type();
                ranges.add(between(
                                type,
                                given[bounds.get(0).index()],
                                given[bounds.get(1).index()])
                        .id());
            }
            return new KnownKeys(ranges);
        }

        private <K> RecordRange between(RecordType<?, K> type, @Nullable Object one, @Nullable Object other) {
            if (one == null || other == null) {
                throw new IllegalArgumentException(operation + " was not called: a bound of its range is null");
            }
            return type.between(type.keyClass().cast(one), type.keyClass().cast(other));
        }
    }

    /** Keys that are known before the call, whatever it does. */
    record KnownKeys(Collection<RecordId> before) implements WritePath.Keys {
        @Override
        public WritePath.Named after(@Nullable Object result) {
            return new WritePath.Named(before, 0);
        }
    }

    /** It reads, and hands on what it reads while it reads it: in one transaction, so that it is never begun anew. */
    record HandingOn() implements Writing {
        @Override
        public WritePath.Keys keys(@Nullable Object[] given) {
            return new KnownKeys(List.of());
        }
    }

    /** A default method: its body runs, and what it calls is routed. */
    record Body(MethodHandle code) implements Route {}

    /** Declared as not to be called. */
    record Refused(String reason) implements Route {}

    /** The records of one call of a writing method. */
    final class CallKeys implements WritePath.Keys {
        private final Write write;
        private final @Nullable Object[] given;

        CallKeys(Write write, @Nullable Object[] given) {
            this.write = write;
            this.given = given;
        }

        @Override
        public String operation() {
            return write.operation;
        }

        @Override
        public Collection<RecordId> before() {
            Set<RecordId> named = new LinkedHashSet<>();
            for (Slot slot : write.arguments) {
                if (given[slot.index()] == null) {
                    throw refused("argument " + (slot.index() + 1) + " is null");
                }
                slot.each(given[slot.index()], (thing, id) -> {
                    if (id != null) {
                        named.add(id);
                    } else if (thing == null) {
                        throw refused("argument " + (slot.index() + 1) + " has a null in it");
                    } else if (write.result == null && thing.getClass().isRecord()) {
                        throw refused(
                                "the " + slot.type().name()
                                        + " has no key, cannot be given one, and the method does not return it; set the key before");
                    }
                });
            }
            return named;
        }

        @Override
        public WritePath.Named after(@Nullable Object result) {
            Set<RecordId> named = new LinkedHashSet<>();
            int[] unnamed = new int[1];
            for (Slot slot : write.arguments) {
                slot.each(given[slot.index()], (thing, id) -> {
                    if (id == null) {
                        unnamed[0]++;
                    } else {
                        named.add(id);
                    }
                });
            }
            boolean onlyResult = write.arguments.isEmpty();
            Slot slot = write.result;
            // A number that is returned may be a generated key or a count of rows: taken for a key it costs one read
            // too many,
            // and taken for a count it could cost a record whose argument had 0 for "no key yet".
            if (slot != null) {
                List<RecordId> returned = slot.ids(result);
                named.addAll(returned);
                unnamed[0] = Math.max(0, unnamed[0] - returned.size()) + (onlyResult && result == null ? 1 : 0);
            }
            return new WritePath.Named(named, unnamed[0]);
        }

        private IllegalArgumentException refused(String why) {
            return new IllegalArgumentException(write.operation + " was not called: " + why);
        }
    }
}
