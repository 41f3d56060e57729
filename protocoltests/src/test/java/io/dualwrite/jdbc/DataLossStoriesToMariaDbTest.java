package io.dualwrite.jdbc;

import org.junit.jupiter.api.Tag;

/** The stories from PostgreSQL to MariaDB. */
@Tag("matrix")
class DataLossStoriesToMariaDbTest extends DataLossStories {
    DataLossStoriesToMariaDbTest() {
        super(NewDatabase.POSTGRES, NewDatabase.MARIADB);
    }
}
