package io.dualwrite.spring.boot;

import io.dualwrite.jdbc.Table;
import java.util.List;

/** Knows the tables of persistence units that move. */
interface MovedTablesSource {
    String BEAN = "dualwriteJpaPostProcessor";

    /** The tables of the units that follow the migration's authority; makes those units where they are not made yet. */
    List<Table<?, ?>> tables(String migration);
}
