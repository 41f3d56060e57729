package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs every contract over wrong implementations: for each of its sentences there is one that breaks it. */
class ContractsCanFailTest {
    @AfterEach
    void nothingIsWrong() {
        Tried.wrongType = null;
        Tried.wrong = null;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRightKeepsEverySentence(Contract contract) {
        assertThat(broken(contract)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void everySentenceIsBrokenBySomethingWrong(Contract contract) {
        TreeSet<String> unbroken = sentences(contract.test());
        for (Spoiling spoiling : Spoiling.values()) {
            for (Method method : contract.type().getMethods()) {
                if (Modifier.isAbstract(method.getModifiers()) && !unbroken.isEmpty()) {
                    Map<String, Throwable> broken =
                            broken(contract, right -> spoiling.spoil(contract.type(), right, method.getName()));
                    broken.forEach((sentence, thrown) -> {
                        if (spoiling.proves(sentence, thrown)) {
                            unbroken.remove(sentence);
                        }
                    });
                }
            }
        }
        for (UnaryOperator<Object> wrong : WrongVariants.of(contract)) {
            broken(contract, wrong).forEach((sentence, thrown) -> unbroken.remove(sentence));
        }
        assertThat(unbroken).as("sentences that nothing breaks").isEmpty();
    }

    @Test
    void everyContractIsTriedHere() {
        List<Class<?>> tried = new ArrayList<>();
        for (Contract contract : Contract.values()) {
            tried.add(contract.test().getSuperclass());
        }
        assertThat(tried).containsExactlyInAnyOrderElementsOf(ExtensionPointsTest.contracts());
    }

    private static Map<String, Throwable> broken(Contract contract, UnaryOperator<Object> wrong) {
        Tried.wrongType = contract.type();
        Tried.wrong = wrong;
        try {
            return broken(contract);
        } finally {
            Tried.wrongType = null;
            Tried.wrong = null;
        }
    }

    /** The sentences that do not hold, each with what was thrown. */
    private static Map<String, Throwable> broken(Contract contract) {
        Map<String, Throwable> broken = new HashMap<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(contract.test()))
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                                result.getThrowable()
                                        .ifPresent(thrown -> broken.put(
                                                test.getSource()
                                                        .map(source -> source instanceof MethodSource method
                                                                ? method.getMethodName()
                                                                : source.toString())
                                                        .orElse(test.getDisplayName()),
                                                thrown));
                            }
                        });
        return broken;
    }

    private static TreeSet<String> sentences(Class<?> test) {
        TreeSet<String> sentences = new TreeSet<>();
        for (Class<?> at = test; at != Object.class; at = at.getSuperclass()) {
            for (Method method : at.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class)) {
                    sentences.add(method.getName());
                }
            }
        }
        return sentences;
    }
}
