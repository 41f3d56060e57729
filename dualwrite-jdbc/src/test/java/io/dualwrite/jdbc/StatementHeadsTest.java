package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatementHeadsTest {
    @Test
    void oneStatementIsItself() {
        assertThat(StatementHeads.of("  select ';x'  ")).containsExactly("select x");
        assertThat(StatementHeads.of("select 1")).containsExactly("select 1");
    }

    @Test
    void commentsBeforeAStatementArePassedOver() {
        assertThat(StatementHeads.of("-- a\n /* b; */ commit")).containsExactly("commit");
        assertThat(StatementHeads.of("/* never closed")).isEmpty();
    }

    @Test
    void whatIsQuotedSeparatesNothing() {
        assertThat(StatementHeads.of("insert into \"a;b\" values ('it''s; commit', $q$;x$q$)"))
                .hasSize(1);
        assertThat(StatementHeads.of("insert into `a;b` values (1) -- ; commit"))
                .hasSize(1);
    }

    @Test
    void severalStatementsAreSeveral() {
        assertThat(StatementHeads.of("insert into t values ('a'); commit;"))
                .containsExactly("insert into t values (x)", "commit");
    }
}
