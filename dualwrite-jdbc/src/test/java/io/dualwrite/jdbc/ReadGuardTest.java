package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReadGuardTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "  SELECT * from insert_log",
                "-- why\nselect 1",
                "/* why\n not */ (select 1) union (select 2)",
                "with a as (select update_time from b) select * from a",
                "values (1), (2)",
                "select 'delete from x' from y",
                "select count(*) from (select merge from t) x",
                "explain select 1"
            })
    void queriesAreLetThrough(String sql) {
        assertThat(ReadGuard.isQuery(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into a values (1)",
                " update a set b = 1",
                "/* select */ delete from a",
                "-- select\nmerge into a using b",
                "with gone as (delete from a returning *) select * from gone",
                "with x as ( INSERT INTO a values (1) returning id ) select id from x",
                "with x as (update a set b = 1 returning id) select id from x",
                "select * from final table (insert into a values (1))",
                "call refresh()",
                "{call refresh()}",
                "truncate table a",
                "drop table a",
                "selection"
            })
    void whatMayWriteIsNot(String sql) {
        assertThat(ReadGuard.isQuery(sql)).isFalse();
    }
}
