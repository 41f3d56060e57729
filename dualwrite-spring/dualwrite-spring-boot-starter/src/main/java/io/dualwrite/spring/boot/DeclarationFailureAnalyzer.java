package io.dualwrite.spring.boot;

import io.dualwrite.DeclarationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lists everything that is wrong with the declaration of a migration, one thing a line. */
final class DeclarationFailureAnalyzer extends AbstractFailureAnalyzer<DeclarationException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DeclarationException cause) {
        String description = "A migration is declared in a way that cannot work:\n\n    - "
                + String.join("\n    - ", cause.problems());
        return new FailureAnalysis(
                description,
                "Correct the properties under dualwrite.migrations, the Table beans they name, or the"
                        + " MigrationCustomizer beans.",
                cause);
    }
}
