package io.dualwrite.spring.advice;

import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/** Where annotations of a bean are looked for. */
final class Annotated {
    private Annotated() {}

    /** The class behind all proxies, and every interface that is seen. */
    static List<Class<?>> types(Object bean) {
        return Stream.concat(
                        Stream.of(AopProxyUtils.ultimateTargetClass(bean)),
                        Arrays.stream(ClassUtils.getAllInterfaces(bean)))
                .toList();
    }

    /** Whether the annotation is on one of the types, or on a public method of one. */
    static boolean with(Class<? extends Annotation> annotation, Object bean) {
        return types(bean).stream()
                .filter(type -> AnnotationUtils.isCandidateClass(type, annotation))
                .anyMatch(type -> AnnotatedElementUtils.hasAnnotation(type, annotation)
                        || Arrays.stream(type.getMethods())
                                .anyMatch(method -> AnnotatedElementUtils.hasAnnotation(method, annotation)));
    }
}
