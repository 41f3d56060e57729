package io.dualwrite.spring.advice;

import io.dualwrite.degrade.Degradation;
import io.dualwrite.degrade.NonCritical;
import io.dualwrite.spring.DegradationSettings;
import io.dualwrite.spring.GracefulDegradation;
import io.dualwrite.spring.MigrationSetupException;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Answers for a bean whose calls may fail; each of its methods is a part of its own. Thread-safe. */
final class DegradationAdvice implements MethodInterceptor, AutoCloseable {
    private static final int MOST_QUESTIONS = 1_000;
    private static final int MOST_AT_ONCE = 16;
    private static final Answer NOBODY_ANSWERED = new Answer(null);
    private static final Map<Class<?>, Object> NOTHING = Map.ofEntries(
            Map.entry(boolean.class, false),
            Map.entry(byte.class, (byte) 0),
            Map.entry(short.class, (short) 0),
            Map.entry(int.class, 0),
            Map.entry(long.class, 0L),
            Map.entry(float.class, 0F),
            Map.entry(double.class, 0D),
            Map.entry(char.class, '\0'),
            Map.entry(Optional.class, Optional.empty()),
            Map.entry(OptionalInt.class, OptionalInt.empty()),
            Map.entry(OptionalLong.class, OptionalLong.empty()),
            Map.entry(OptionalDouble.class, OptionalDouble.empty()));
    private static final Map<Class<?>, Object> EMPTY = Map.of(
            List.class, List.of(),
            Set.class, Set.of(),
            Map.class, Map.of(),
            Collection.class, List.of(),
            Iterable.class, List.of());

    private final String name;
    private final @Nullable DegradationSettings settings;
    private final @Nullable GracefulDegradation onBean;
    private final List<Class<?>> types;
    private final Map<Method, Part> parts = new ConcurrentHashMap<>();

    private record Answer(@Nullable Object value) {}

    /** A method; its fallback is as little to be trusted, and has threads and a deadline of its own. */
    private record Part(
            NonCritical<Answer> calls,
            @Nullable Method fallback,
            @Nullable NonCritical<Answer> fallbackCalls) {}

    DegradationAdvice(
            String name, @Nullable DegradationSettings settings, @Nullable GracefulDegradation onBean, Object bean) {
        this.name = name;
        this.settings = settings;
        this.onBean = onBean;
        this.types = Annotated.types(bean);
        // Declarations that cannot work are refused at the start, and not by the first call that fails.
        types.stream()
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(this::isMeant)
                .forEach(method -> parts.computeIfAbsent(method, this::part));
    }

    Pointcut pointcut() {
        return new StaticMethodMatcherPointcut() {
            @Override
            public boolean matches(Method method, Class<?> targetClass) {
                return isMeant(method);
            }
        };
    }

    private boolean isMeant(Method method) {
        return method.getDeclaringClass() != Object.class && (settings != null || declared(method) != null);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) {
        Part part = parts.computeIfAbsent(invocation.getMethod(), this::part);
        MethodInvocation rest = ((ProxyMethodInvocation) invocation).invocableClone();
        List<@Nullable Object> asked = new ArrayList<>(Arrays.asList(invocation.getArguments()));
        Method fallback = part.fallback();
        Object target = invocation.getThis();
        Answer answer = part.calls().call(asked, () -> proceed(rest));
        if (answer == NOBODY_ANSWERED && fallback != null && part.fallbackCalls() != null) {
            answer = part.fallbackCalls().call(() -> new Answer(fallback.invoke(target, invocation.getArguments())));
        }
        return answer == NOBODY_ANSWERED ? nothing(invocation.getMethod().getReturnType()) : answer.value();
    }

    private static Answer proceed(MethodInvocation rest) throws Exception {
        try {
            return new Answer(rest.proceed());
        } catch (Exception | Error failure) {
            throw failure;
        } catch (Throwable other) {
            throw new InvocationTargetException(other);
        }
    }

    List<Degradation> states() {
        return parts.values().stream()
                .map(part -> part.calls().state())
                .filter(state -> state.calls() > 0)
                .toList();
    }

    /** Ends the threads of all parts. */
    @Override
    public void close() {
        parts.values().forEach(part -> {
            part.calls().close();
            if (part.fallbackCalls() != null) {
                part.fallbackCalls().close();
            }
        });
    }

    private Part part(Method method) {
        GracefulDegradation said = declared(method);
        Duration deadline = deadline(said);
        Integer atOnce = settings == null ? null : settings.atOnce();
        NonCritical.Builder<Answer> part = NonCritical.named(name + "." + method.getName(), NOBODY_ANSWERED)
                .deadline(deadline)
                .atOnce(atOnce != null ? atOnce : said == null ? MOST_AT_ONCE : said.atOnce());
        Duration lastGood = lastGood(said);
        if (!lastGood.isZero()) {
            part.lastGood(lastGood, MOST_QUESTIONS);
        }
        Method fallback = fallback(method, said);
        return new Part(
                part.build(),
                fallback,
                fallback == null
                        ? null
                        : NonCritical.named(name + "." + fallback.getName(), NOBODY_ANSWERED)
                                .deadline(deadline)
                                .build());
    }

    private Duration deadline(@Nullable GracefulDegradation said) {
        Duration set = settings == null ? null : settings.deadline();
        return set != null ? set : said == null ? Duration.ofSeconds(1) : duration(said.deadline());
    }

    private Duration lastGood(@Nullable GracefulDegradation said) {
        Duration set = settings == null ? null : settings.lastGood();
        return set != null ? set : said == null ? Duration.ZERO : duration(said.lastGood());
    }

    private Duration duration(String text) {
        try {
            String plain = text.strip();
            if (plain.endsWith("ms")) {
                return Duration.ofMillis(Long.parseLong(plain.substring(0, plain.length() - 2)));
            }
            return plain.endsWith("s") && Character.isDigit(plain.charAt(0))
                    ? Duration.ofSeconds(Long.parseLong(plain.substring(0, plain.length() - 1)))
                    : Duration.parse(plain);
        } catch (RuntimeException unreadable) {
            throw new MigrationSetupException(
                    "The bean '" + name + "' has @GracefulDegradation with the duration '" + text + "'.",
                    "Write it like 500ms, 2s or PT2S.");
        }
    }

    private @Nullable Method fallback(Method method, @Nullable GracefulDegradation said) {
        if (said == null || said.fallbackMethod().isEmpty()) {
            return null;
        }
        for (Class<?> type : types) {
            Method found = ReflectionUtils.findMethod(type, said.fallbackMethod(), method.getParameterTypes());
            if (found != null && ClassUtils.isAssignable(method.getReturnType(), found.getReturnType())) {
                ReflectionUtils.makeAccessible(found);
                return found;
            }
        }
        throw new MigrationSetupException(
                "The bean '" + name + "' has @GracefulDegradation with the fallback '" + said.fallbackMethod()
                        + "' for " + method.getName() + "(…), which is not there.",
                "Give it a method of that name with the same parameters, and a result of the same type.");
    }

    private @Nullable GracefulDegradation declared(Method method) {
        for (Class<?> type : types) {
            Method there = ClassUtils.getMethodIfAvailable(type, method.getName(), method.getParameterTypes());
            GracefulDegradation found =
                    there == null ? null : AnnotatedElementUtils.findMergedAnnotation(there, GracefulDegradation.class);
            if (found != null) {
                return found;
            }
        }
        return onBean != null
                ? onBean
                : types.stream()
                        .map(type -> AnnotatedElementUtils.findMergedAnnotation(type, GracefulDegradation.class))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    private static @Nullable Object nothing(Class<?> type) {
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        Object plain = NOTHING.get(type);
        return plain != null ? plain : EMPTY.get(type);
    }
}
