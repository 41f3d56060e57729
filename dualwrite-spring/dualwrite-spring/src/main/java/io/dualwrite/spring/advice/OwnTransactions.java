package io.dualwrite.spring.advice;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/** Which methods of a bean begin a transaction themselves, where there is none. Thread-safe. */
final class OwnTransactions {
    private final List<TransactionAttributeSource> sources;

    private OwnTransactions(List<TransactionAttributeSource> sources) {
        this.sources = sources;
    }

    /** Of a bean behind any number of proxies. */
    static OwnTransactions of(Object bean) {
        List<TransactionAttributeSource> sources = new ArrayList<>();
        Object at = bean;
        while (at instanceof Advised proxy) {
            for (Advisor advisor : proxy.getAdvisors()) {
                Advice advice = advisor.getAdvice();
                if (advice instanceof TransactionAspectSupport support
                        && support.getTransactionAttributeSource() != null) {
                    sources.add(support.getTransactionAttributeSource());
                }
            }
            at = target(proxy);
        }
        return new OwnTransactions(List.copyOf(sources));
    }

    /** Whether this method, called outside of a transaction, is one. */
    boolean areBegunBy(Method method, Class<?> targetClass) {
        for (TransactionAttributeSource source : sources) {
            TransactionAttribute attribute = source.getTransactionAttribute(method, targetClass);
            if (attribute != null) {
                int propagation = attribute.getPropagationBehavior();
                return propagation == TransactionDefinition.PROPAGATION_REQUIRED
                        || propagation == TransactionDefinition.PROPAGATION_REQUIRES_NEW
                        || propagation == TransactionDefinition.PROPAGATION_NESTED;
            }
        }
        return false;
    }

    /** Whether anything is said about this method's transaction. */
    boolean areDeclaredFor(Method method, Class<?> targetClass) {
        return sources.stream().anyMatch(source -> source.getTransactionAttribute(method, targetClass) != null);
    }

    private static Object target(Advised proxy) {
        try {
            Object target =
                    proxy.getTargetSource().isStatic() ? proxy.getTargetSource().getTarget() : null;
            return target == null ? proxy.getTargetSource() : target;
        } catch (Exception unknown) {
            return proxy.getTargetSource();
        }
    }
}
