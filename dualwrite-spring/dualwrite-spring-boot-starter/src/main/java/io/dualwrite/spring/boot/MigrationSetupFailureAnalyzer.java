package io.dualwrite.spring.boot;

import io.dualwrite.spring.MigrationSetupException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells apart what is wrong with the beans of a migration and what to do about it. */
final class MigrationSetupFailureAnalyzer extends AbstractFailureAnalyzer<MigrationSetupException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MigrationSetupException cause) {
        return new FailureAnalysis(cause.description(), cause.action(), cause);
    }
}
