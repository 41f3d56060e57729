package io.dualwrite.spring.advice;

import io.dualwrite.decorate.Reads;
import io.dualwrite.spring.DualWrite;
import java.lang.reflect.Method;
import java.util.function.Function;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Makes annotated calls reads, or transactions that are run again. Inside of a transaction they are part of it. Thread-safe. */
final class ParticipationAdvice implements MethodInterceptor {
    private final Annotations annotations;
    private final OwnTransactions transactions;
    private final Function<String, Participation> parts;

    ParticipationAdvice(Annotations annotations, OwnTransactions transactions, Function<String, Participation> parts) {
        this.annotations = annotations;
        this.transactions = transactions;
        this.parts = parts;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Method method = invocation.getMethod();
        Annotations.Rule rule = annotations.of(method);
        DualWrite annotation = rule.dualWrite();
        if (annotation == null || TransactionSynchronizationManager.isActualTransactionActive()) {
            return invocation.proceed();
        }
        Participation part = parts.apply(annotation.value());
        // A call may be made several times, and on several threads.
        Call call = () -> ((ProxyMethodInvocation) invocation).invocableClone().proceed();
        Reads reads = rule.reads();
        if (reads != null) {
            return part.read(rule.keyed(), invocation.getArguments(), reads, call);
        }
        Object behind = invocation.getThis();
        Class<?> target = behind == null ? method.getDeclaringClass() : AopProxyUtils.ultimateTargetClass(behind);
        if (transactions.areBegunBy(method, target)) {
            return part.again(call);
        }
        // What was declared to have no transaction is left without.
        return transactions.areDeclaredFor(method, target) ? call.make() : part.inTransaction(method, call);
    }

    /** The rest of an advised call; may be made any number of times. */
    @FunctionalInterface
    interface Call {
        @Nullable Object make() throws Throwable;
    }
}
