package io.dualwrite.testkit.contract;

import io.dualwrite.compare.Difference;
import io.dualwrite.compare.Verdict;
import io.dualwrite.stage.Side;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ways to make one method of an extension point wrong, whatever it does. */
enum Spoiling {
    /** Does nothing and answers nothing. */
    IGNORED {
        @Override
        @Nullable Object call(Call call) {
            return nothing(call.method().getReturnType());
        }
    },
    /** Does everything a second time. */
    TWICE {
        @Override
        @Nullable Object call(Call call) throws Throwable {
            call.proceed();
            return call.proceed();
        }
    },
    /** Keeps its first answer for ever, and does nothing any more. */
    FIRST_ANSWER {
        @Override
        @Nullable Object call(Call call) throws Throwable {
            if (!call.memory().containsKey(call.method())) {
                call.memory().put(call.method(), call.proceed());
            }
            return call.memory().get(call.method());
        }
    },
    /** Answers the opposite: the other truth, the other order, the other sign. */
    REVERSED {
        @Override
        @Nullable Object call(Call call) throws Throwable {
            return opposite(call.proceed());
        }
    },
    /** Leaves out the first of several, in what it is given and in what it answers. */
    FIRST_LEFT_OUT {
        @Override
        @Nullable Object call(Call call) throws Throwable {
            Object answer = call.proceed();
            return answer instanceof List<?> many && !many.isEmpty() ? many.subList(1, many.size()) : answer;
        }
    },
    /** Takes one side for the other. */
    OTHER_SIDE {
        @Override
        @Nullable Object call(Call call) throws Throwable {
            Object[] args = call.args().clone();
            for (int at = 0; at < args.length; at++) {
                args[at] = args[at] instanceof Side side ? side.other() : args[at];
            }
            return call.with(args).proceed();
        }
    },
    /** Does what it should, and throws all the same. */
    THROWING {
        @Override
        @Nullable Object call(Call call) throws Throwable {
            call.proceed();
            throw new SpoiltException();
        }
    };

    abstract @Nullable Object call(Call call) throws Throwable;

    /**
     * Whether what was thrown says that the sentence does not hold, and not merely that the spoilt thing fell over: an
     * assertion did, or an exception did where the sentence is about there being none.
     */
    boolean proves(String sentence, Throwable thrown) {
        boolean aboutErrors = sentence.contains("NoError") || sentence.contains("AnException");
        return this == THROWING ? aboutErrors : thrown instanceof AssertionError;
    }

    /** What {@link #THROWING} throws. */
    static final class SpoiltException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        SpoiltException() {
            super("spoilt");
        }
    }

    /** One call of a method, and what calls of its object remember. */
    record Call(Object behind, Method method, @Nullable Object[] args, Map<Method, @Nullable Object> memory) {
        @Nullable Object proceed() throws Throwable {
            try {
                return method.invoke(behind, args);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }

        Call with(@Nullable Object[] others) {
            return new Call(behind, method, others, memory);
        }
    }

    /** {@code behind} with this method spoilt. */
    <T> T spoil(Class<T> type, T behind, String methodName) {
        Map<Method, @Nullable Object> memory = Collections.synchronizedMap(new HashMap<>());
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    method.setAccessible(true);
                    Call call = new Call(behind, method, given == null ? new Object[0] : given, memory);
                    return method.getName().equals(methodName) ? call(call) : call.proceed();
                }));
    }

    private static @Nullable Object nothing(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == List.class) {
            return List.of();
        }
        return type == Optional.class ? Optional.empty() : type == Verdict.class ? new Verdict.Equal() : null;
    }

    private static @Nullable Object opposite(@Nullable Object answer) {
        if (answer instanceof Boolean truth) {
            return !truth;
        }
        if (answer instanceof Integer number) {
            return -number;
        }
        if (answer instanceof Verdict verdict) {
            return verdict.isEqual() ? new Verdict.Different(List.of(new Difference("", "", ""))) : new Verdict.Equal();
        }
        if (answer instanceof List<?> many) {
            List<Object> reversed = new ArrayList<>(many);
            Collections.reverse(reversed);
            return reversed;
        }
        return answer instanceof String text ? new StringBuilder(text).reverse() + Arrays.toString(new int[0]) : answer;
    }
}
