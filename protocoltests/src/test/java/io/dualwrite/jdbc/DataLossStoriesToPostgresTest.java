package io.dualwrite.jdbc;

import org.junit.jupiter.api.Tag;

/** The stories from MariaDB to PostgreSQL. */
@Tag("matrix")
class DataLossStoriesToPostgresTest extends DataLossStories {
    DataLossStoriesToPostgresTest() {
        super(NewDatabase.MARIADB, NewDatabase.POSTGRES);
    }
}
