package io.dualwrite.spring.advice;

import io.dualwrite.decorate.Reads;
import io.dualwrite.decorate.RecordKey;
import io.dualwrite.spring.DualWrite;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** The annotations that hold for a bean's methods. Thread-safe. */
final class Annotations extends StaticMethodMatcherPointcut {
    private final @Nullable DualWrite onBean;
    private final List<Class<?>> types;
    private final Map<Method, Rule> rules = new ConcurrentHashMap<>();

    /**
     * What holds for a method.
     *
     * @param dualWrite null where it takes no part
     * @param reads null where it is no read
     * @param keyed the method as it is declared where an argument is said to be a key; itself where none is
     */
    record Rule(@Nullable DualWrite dualWrite, @Nullable Reads reads, Method keyed) {}

    Annotations(@Nullable DualWrite onBean, Object bean) {
        this.onBean = onBean;
        this.types = Annotated.types(bean);
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return method.getDeclaringClass() != Object.class && of(method).dualWrite() != null;
    }

    /** Looked up once. */
    Rule of(Method method) {
        return rules.computeIfAbsent(
                method, one -> new Rule(dualWrite(one), find(one, Reads.class), declared(one, Annotations::hasKey)));
    }

    /** That of the method first, then of what declares it, then of the bean. */
    private @Nullable DualWrite dualWrite(Method method) {
        DualWrite found = find(method, DualWrite.class);
        if (found != null) {
            return found;
        }
        return onBean != null ? onBean : onTypes();
    }

    boolean hasReads() {
        return types.stream()
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .anyMatch(method ->
                        AnnotatedElementUtils.hasAnnotation(method, Reads.class) && dualWrite(method) != null);
    }

    /** The names of all migrations that are named. */
    List<String> migrations() {
        Stream<DualWrite> ofMethods = types.stream()
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .flatMap(method ->
                        Stream.ofNullable(AnnotatedElementUtils.findMergedAnnotation(method, DualWrite.class)));
        return Stream.concat(Stream.ofNullable(onBean == null ? onTypes() : onBean), ofMethods)
                .map(DualWrite::value)
                .distinct()
                .toList();
    }

    private @Nullable DualWrite onTypes() {
        return types.stream()
                .map(type -> AnnotatedElementUtils.findMergedAnnotation(type, DualWrite.class))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private <A extends Annotation> @Nullable A find(Method method, Class<A> annotation) {
        Method there = declared(method, one -> AnnotatedElementUtils.hasAnnotation(one, annotation));
        return AnnotatedElementUtils.findMergedAnnotation(there, annotation);
    }

    /** The first declaration of a method that is of this kind; itself when there is none. */
    private Method declared(Method method, Predicate<Method> kind) {
        for (Class<?> type : types) {
            Method there = ClassUtils.getMethodIfAvailable(type, method.getName(), method.getParameterTypes());
            if (there != null && kind.test(there)) {
                return there;
            }
        }
        return method;
    }

    private static boolean hasKey(Method method) {
        return Arrays.stream(method.getParameters()).anyMatch(each -> each.isAnnotationPresent(RecordKey.class));
    }
}
